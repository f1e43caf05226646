// the one socket of a page
