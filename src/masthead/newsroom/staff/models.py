"""The people who sign in."""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models.functions import Lower


class StaffManager(UserManager["User"]):
    """Makes users whose name is their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":  # type: ignore[override]
        """Store a new person who signs in with `email`."""
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":  # type: ignore[override]
        """Store a new person who may do everything."""
        return self.create_user(email, password, **(fields | {"is_staff": True, "is_superuser": True}))


class User(AbstractUser):
    """A member of the newsroom. The e-mail address is the name to sign in with."""

    username = None  # type: ignore[assignment]
    email = models.EmailField("e-mail address", unique=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[StaffManager] = StaffManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="staff_user_email_once", violation_error_message="Someone with this address is here already.")
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.email


class SignInTry(models.Model):
    """A try to sign in (`throttle.py`): who as a keyed hash, from which network, when. Gone after the window; a success after 90 days."""

    account = models.CharField(max_length=64)
    place = models.CharField(max_length=50)
    tried_at = models.DateTimeField(db_index=True)
    succeeded = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["account", "place"], name="staff_try_account_place"),
            models.Index(fields=["place", "tried_at"], name="staff_try_place"),
        ]

    def __str__(self) -> str:
        return f"{self.place} at {self.tried_at}"
