"""What IMSS and the Secretaría de Economía do."""
