"""Where agents meet: places in centres and posts in firms are finite."""
