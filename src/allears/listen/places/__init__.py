"""Where people answer without having been sent anything: a web site, a printed code, a tablet, a telephone line."""
