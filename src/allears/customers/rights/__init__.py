"""Customers' rights: to see everything we hold on them, and to have it erased."""

from allears.customers.rights.erasing import erase, request_erasure
from allears.customers.rights.finding import UnknownPersonError, find_customer
from allears.customers.rights.showing import access_export

__all__ = ["UnknownPersonError", "access_export", "erase", "find_customer", "request_erasure"]
