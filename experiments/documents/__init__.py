"""The documents as a site: pages made from the code, and the command that builds it all."""
