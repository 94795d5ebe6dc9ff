"""Telephone numbers as gateways and telephone systems write them: without the plus, or without the country."""

from allears.customers.keys import PHONE
from allears.customers.models import Identifier
from allears.customers.rules import rules_of
from allears.outreach.delivery.models import Barred
from allears.outreach.models import Message

# Country calling codes, ITU-T E.164 list of assigned codes; +1 and +7 stand for all their countries.
CODES = (
    "1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84"
    " 86 90 91 92 93 94 95 98 211 212 213 216 218 220 221 222 223 224 225 226 227 228 229 230 231 232 233 234 235 236"
    " 237 238 239 240 241 242 243 244 245 246 248 249 250 251 252 253 254 255 256 257 258 260 261 262 263 264 265 266"
    " 267 268 269 290 291 297 298 299 350 351 352 353 354 355 356 357 358 359 370 371 372 373 374 375 376 377 378 380"
    " 381 382 383 385 386 387 389 420 421 423 500 501 502 503 504 505 506 507 508 509 590 591 592 593 594 595 596 597"
    " 598 599 670 672 673 674 675 676 677 678 679 680 681 682 683 685 686 687 688 689 690 691 692 850 852 853 855 856"
    " 880 886 960 961 962 963 964 965 966 967 968 970 971 972 973 974 975 976 977 992 993 994 995 996 998"
)
COUNTRIES = tuple(CODES.split())


def known_number(*, workspace_id: int, channel: str, number: str) -> str:
    """The number as we know it, the one that we wrote to last where several fit; else as the workspace completes it."""
    rules = rules_of(workspace_id=workspace_id)
    if number.startswith("+"):
        return rules.number(number)
    return rules.number(_known(workspace_id, channel, number))


def _known(workspace_id: int, channel: str, number: str) -> str:
    inland = number.lstrip("0")
    written = [number, f"+{inland}", *(f"+{code}{inland}" for code in COUNTRIES)]
    written += [f"+39{number}"]  # Italy's nought belongs to the number
    rows = Identifier.objects.in_workspace(workspace_id).filter(kind=PHONE, value__in=written)
    known: dict[str, int] = dict(rows.values_list("value", "customer_id"))
    if len(known) > 1:
        ours = Message.objects.in_workspace(workspace_id).filter(
            channel=channel, customer_id__in=known.values(), address__in=known
        )
        if last := ours.order_by("-id").values_list("address", flat=True).first():
            return str(last)
    return next((each for each in written if each in known), number)


def complete_barred(*, workspace_id: int) -> None:
    """Numbers that get no text messages keep their bar under the name that the workspace completes them to."""
    rules = rules_of(workspace_id=workspace_id)
    rows = Barred.objects.in_workspace(workspace_id).filter(channel="sms", lifted_at__isnull=True)
    for row in rows.exclude(address__startswith="+"):
        full = rules.number(row.address)
        if full != row.address and not rows.filter(address=full).exists():
            row.address = full
            row.save(update_fields=["address"])
