"""The labels that All Ears gives to words, and their codes in the corpus.

docs/annotation-guide.md defines each with examples; a test keeps the two together.
"""

from __future__ import annotations

from typing import Final

SENTIMENT_STRENGTHS: Final = (-2, -1, 0, 1, 2)

EMOTIONS: Final = (
    "joy",
    "gratitude",
    "admiration",
    "relief",
    "hope",
    "amusement",
    "surprise",
    "curiosity",
    "confusion",
    "annoyance",
    "anger",
    "disappointment",
    "sadness",
    "worry",
    "disgust",
)

TOPICS: Final = (
    "quality",
    "function",
    "design",
    "comfort",
    "price",
    "fees",
    "promotion",
    "delivery",
    "packaging",
    "choice",
    "ordering",
    "payment",
    "refund",
    "repair",
    "waiting",
    "attitude",
    "skill",
    "support",
    "information",
    "app",
    "reliability",
    "place",
    "safety",
    "privacy",
    "policy",
    "brand",
)

INTENTS: Final = (
    "praise",
    "complaint",
    "question",
    "request",
    "suggestion",
    "claim",
    "churn",
    "escalation",
    "recommend",
    "inform",
)

URGENCIES: Final = (0, 1, 2, 3)

FIVE_S: Final = ("simple", "speed", "safe", "seamless", "solve")

NEEDS: Final = (
    "trust",
    "convenience",
    "commitment",
    "respect",
    "autonomy",
    "choices",
    "knowledge",
    "cognition",
    "benefit",
    "identity",
)

CONTACT: Final = ("solution", "human", "access", "tone", "pace")

POINTS: Final = ("pain", "itch", "latent")

EFFORTS: Final = ("easy", "some", "high")

INDUSTRIES: Final = (
    "airline",
    "automotive",
    "banking",
    "courier",
    "education",
    "electronics",
    "energy",
    "fashion",
    "fitness",
    "food_delivery",
    "government",
    "grocery",
    "healthcare",
    "hotel",
    "insurance",
    "media",
    "other",
    "property",
    "restaurant",
    "retail_online",
    "software",
    "telecom",
    "transport",
    "travel",
)

SOURCES: Final = ("survey", "review", "chat", "complaint", "letter", "social", "call", "mail")
