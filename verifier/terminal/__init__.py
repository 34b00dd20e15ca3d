"""What commands print: sentences and help in the installation's language, without the app."""
