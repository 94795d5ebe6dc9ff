"""Who the customer is where a transcript only counts its speakers (“Speaker 1”, 说话人2): by what each says. Pure.

An answer is given only where the words leave little doubt; who cannot be told stays without a side, to be asked about.
"""

import re
from collections import defaultdict
from collections.abc import Iterable

from allears.kit.dialogue import AGENT, CUSTOMER, sides_of

MARGIN = 2  # phrases by which one of the two must sound more like the agent
LONGEST = 20_000  # characters of one speaker that are looked at

_AGENTS = re.compile(
    r"\bthanks? (?:you )?for (?:calling|contacting|waiting|holding|your patience|getting in touch)"
    r"|\bhow (?:can|may) i (?:help|assist)|\banything else i (?:can|could|may)|\byou're through to"
    r"|\b(?:can|could|may) i (?:have|get|take|ask for) your\b"
    r"|\b(?:could|can|would) you (?:please )?(?:confirm|verify|spell|provide)"
    r"|\blet me (?:just )?(?:check|look|pull|see what)|\bput you (?:through|on hold)|\bplease hold\b|\bbear with me"
    r"|\bsorry for (?:the|any) inconvenience|\bapologi[sz]e for (?:the|any)"
    r"|\bi(?:'ve| have|'ll| will) (?:raise|log|open|issu|arrang)\w* "
    r"|\bhave a (?:nice|great|good) day|\bcall (?:may be|is being|is) recorded|\bfor security\b"
    r"|为您服务|有什么(?:可以|能)?帮|可以帮您|工号|感谢您的(?:来电|耐心|等待|支持)|(?:帮|为|给)您(?:查|看|登记|核实|处理|反馈|申请|安排|转接|记录)"
    r"|请您?(?:稍等|稍候|提供)|麻烦您?(?:提供|说|报)|还有(?:什么|其他|别的).{0,8}(?:帮|需要)|带来.{0,3}不便|造成.{0,3}不便"
    r"|贵姓|怎么称呼|祝您(?:生活|工作|愉快)|对我的服务",
    re.IGNORECASE,
)
_CUSTOMERS = re.compile(
    r"\bmy (?:order|refund|account|bill|invoice|package|parcel|delivery|card|booking|flight|room|money"
    r"|internet|subscription|contract)"
    r"|\bi (?:bought|ordered|paid|was charged|got charged|never (?:got|received)|haven't (?:got|received)"
    r"|still (?:haven't|have not|wait))"
    r"|\bi (?:want|would like|'d like|need) (?:a|my|to) (?:refund|money|cancel|return|complain|exchange|replacement)"
    r"|\byour (?:driver|company|website|staff|app|courier|shop|store|colleague)"
    r"|\bi(?:'m| am) calling (?:about|because|to complain)"
    r"|我(?:买|订|下单|付款|充值)了?|我的(?:订单|快递|退款|账单|包裹|账号|会员|手机|房间|钱)|我要(?:退|投诉|取消|换)|我想(?:退|投诉|取消|换|问)"
    r"|你们(?:的|家|公司|那|怎么|到底|客服|师傅|快递)|怎么还没|什么时候(?:能|才|可以)|一直没",
    re.IGNORECASE,
)


def sides_by_words(turns: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Of (speaker, text), the side of each speaker: by the name, else by the words; empty where neither tells."""
    said: dict[str, list[str]] = defaultdict(list)
    for speaker, text in turns:
        said[speaker].append(text)
    sides = sides_of(list(said))
    strangers = [name for name, side in sides.items() if not side]
    if len(strangers) != 2 or {AGENT, CUSTOMER} & set(sides.values()):
        return sides
    marks = {name: _marks("\n".join(said[name])[:LONGEST]) for name in strangers}
    low, high = sorted(strangers, key=lambda name: marks[name][0] - marks[name][1])
    gap = (marks[high][0] - marks[high][1]) - (marks[low][0] - marks[low][1])
    if gap >= MARGIN and marks[high][0] > marks[low][0]:
        sides |= {high: AGENT, low: CUSTOMER}
    return sides


def _marks(text: str) -> tuple[int, int]:
    """How many different phrases of an agent's and of a customer's stand there."""
    found = ({each.group().lower() for each in pattern.finditer(text)} for pattern in (_AGENTS, _CUSTOMERS))
    agents, customers = map(len, found)
    return agents, customers
