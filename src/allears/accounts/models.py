"""Workspaces, the people who work in them, the keys that machines use, and the audit log."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.timezone import now as utc_now

from allears.store.models import ScopedModel


class Workspace(models.Model):
    """One company or brand: the tenant."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    language = models.CharField(max_length=10, default="en")  # of messages where the customer's is unknown
    timezone = models.CharField(max_length=60, default="UTC")
    success_statement = models.TextField(default="", blank=True)  # the company's own definition of success
    created_at = models.DateTimeField(default=utc_now)

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who signs in. What they may do depends on their membership."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, default="", blank=True)
    language = models.CharField(max_length=10, default="", blank=True)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=utc_now)

    USERNAME_FIELD = "email"
    objects: ClassVar[UserManager] = UserManager()

    def __str__(self) -> str:
        return self.name or self.email


class Role(models.TextChoices):
    ADMIN = "admin"
    MANAGER = "manager"
    AGENT = "agent"


class Membership(ScopedModel):
    """A user's place in a workspace; kept, with its end, when the person leaves."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)
    created_at = models.DateTimeField(default=utc_now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["workspace", "user"],
                condition=models.Q(ended_at__isnull=True),
                name="accounts_one_membership",
            )
        ]


class MemberInvite(ScopedModel):
    """An offer of membership, open until accepted, revoked or expired."""

    email = models.EmailField()
    role = models.CharField(max_length=10, choices=Role.choices)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=utc_now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)


class SignInLink(models.Model):
    """A link that signs one user in once."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)


class AccessKey(ScopedModel):
    """A machine's key: ``write`` opens the intake and nothing else, ``api`` the REST API. Only its hash is kept."""

    class Kind(models.TextChoices):
        WRITE = "write"
        API = "api"

    class Scope(models.TextChoices):
        """What an API key may do beyond what every one may."""

        EXPORT = "export"  # take people's data out as files

    kind = models.CharField(max_length=5, choices=Kind.choices)
    scopes = models.JSONField(default=list)  # of ``Scope``; none for a write key
    name = models.CharField(max_length=120)
    prefix = models.CharField(max_length=12)  # shown, so that people can tell keys apart
    key_hash = models.CharField(max_length=64, unique=True)  # hex sha256 of the key
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=utc_now)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    @property
    def may_export(self) -> bool:
        return self.Scope.EXPORT in self.scopes


class AuditEntry(ScopedModel):
    """Who did what, when. Append only."""

    at = models.DateTimeField(default=utc_now)
    actor = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    verb = models.CharField(max_length=80)  # namespaced: "accounts.member.invited"
    subject = models.CharField(max_length=120, default="", blank=True)  # "case:17"
    detail = models.JSONField(default=dict, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["workspace", "-at"])]
