from tests.support.web import web_peer

__all__ = ["web_peer"]
