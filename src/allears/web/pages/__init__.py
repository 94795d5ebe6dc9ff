"""The console's and the customers' pages: one module for each domain, each with its ``urlpatterns``."""
