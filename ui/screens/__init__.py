"""The screens of the page: a script each, which the app opens by its path."""
