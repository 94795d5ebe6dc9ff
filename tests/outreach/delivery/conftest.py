from tests.support.kannel import kannel
from tests.support.web import web_peer

__all__ = ["kannel", "web_peer"]
