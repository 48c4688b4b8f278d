"""An issuer of Codeferry: hears what is paid, verifies it, and gives its codes."""

from . import contract
from .answers import Later, Refusal, Response
from .client import Client
from .contract import Code, CodeRequest, Event, Paid, VoidAnswer, VoidRequested
from .issuer import Issuer
from .problem import Problem
from .store import FileStore, MemoryStore, Store

__all__ = [
    "Client",
    "Code",
    "CodeRequest",
    "Event",
    "FileStore",
    "Issuer",
    "Later",
    "MemoryStore",
    "Paid",
    "Problem",
    "Refusal",
    "Response",
    "Store",
    "VoidAnswer",
    "VoidRequested",
    "contract",
]
