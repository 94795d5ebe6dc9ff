// The way through a survey, by the same rules as listen/logic.py; both are held to tests/listen/logic_cases.json.
((root) => {
  const NUMBER = /^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/;
  const PIPE = /\{\{\s*(answer|customer|event|score)\.([\p{L}\p{N}_.]+)\s*(?:\|([^{}]*))?\}\}/gu;
  const isMap = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
  const own = (map, name) => (map && Object.hasOwn(map, name) ? map[name] : undefined);

  const number = (value) => {
    if (typeof value === "number") return value;
    return typeof value === "string" && NUMBER.test(value) ? Number(value) : null;
  };
  const word = (value) => (typeof value === "boolean" || typeof value === "string" ? String(value).toLowerCase() : "");
  const same = (found, value) => {
    if (typeof found === "boolean" || typeof value === "boolean") return word(found) === word(value);
    const left = number(found);
    const right = number(value);
    return left !== null && right !== null ? left === right : found === value;
  };
  const compare = (op, found, value) => {
    const there =
      found !== null && found !== undefined && found !== "" && (typeof found !== "object" || Object.keys(found).length > 0);
    if (op === "exists") return there === (value !== false);
    if (!there) return false;
    const several = Array.isArray(found) ? found : [found];
    const equal = several.length === 1 && same(several[0], value);
    if (op === "=") return equal;
    if (op === "!=") return !equal;
    if (op === "in") return several.some((one) => value.some((each) => same(one, each)));
    if (op === "contains") {
      if (typeof found === "string") return found.toLowerCase().includes(String(value).toLowerCase());
      return several.some((one) => same(one, value));
    }
    const left = number(found);
    const right = number(value);
    if (left === null || right === null) return false;
    return { ">": left > right, "<": left < right, ">=": left >= right, "<=": left <= right }[op];
  };
  const lookedAt = (condition, answers, facts, values) => {
    if (condition.answer !== undefined) {
      const found = own(answers, condition.answer);
      return condition.row !== undefined && isMap(found) ? own(found, condition.row) : found;
    }
    if (condition.score !== undefined) return own(values, condition.score);
    if (condition.about !== undefined) return facts[condition.about];
    const kind = condition.customer !== undefined ? "customer" : "event";
    return own(facts[kind], condition[kind]);
  };
  const holds = (condition, answers, facts, values) => {
    const inside = (each) => holds(each, answers, facts, values);
    if (condition.all) return condition.all.every(inside);
    if (condition.any) return condition.any.some(inside);
    if (condition.not) return !inside(condition.not);
    return compare(condition.op, lookedAt(condition, answers, facts, values), condition.value);
  };

  const pointsOf = (answer, points) => {
    if (typeof answer === "number") return answer;
    if (typeof answer === "string") return own(points, answer) ?? null;
    if (answer === null || typeof answer !== "object") return null;
    const scored = Object.values(answer).map((one) => own(points, one)).filter((each) => each !== undefined);
    if (!scored.length) return null;
    const sum = scored.reduce((total, each) => total + each, 0);
    return Array.isArray(answer) ? sum : sum / scored.length;
  };
  const valuesOf = (plan, live) => {
    const found = {};
    for (const { name, how, of } of plan.values) {
      let total = 0;
      let weights = 0;
      for (const [question, weight] of of) {
        const points = pointsOf(own(live, question), plan.points[question]);
        if (points === null) continue;
        total += points * weight;
        weights += weight;
      }
      if (weights) found[name] = how === "mean" ? total / weights : total;
    }
    return found;
  };
  const counted = (plan, live, facts, values) =>
    plan.quotas
      .filter(({ needs, when }) => needs.every((need) => Object.hasOwn(live, need)) && holds(when, live, facts, values))
      .map(({ name }) => name);

  const route = (plan, answers, facts, full = []) => {
    const names = [];
    const live = {};
    let values = {};
    let target = "";
    let end = "";
    for (const [name] of plan.slots) {
      if (target && name !== target) continue;
      target = "";
      const show = own(plan.show, name);
      if (show && !holds(show, live, facts, values)) continue;
      names.push(name);
      const answered = Object.hasOwn(answers, name);
      if (answered) {
        live[name] = answers[name];
        values = valuesOf(plan, live);
        const over = counted(plan, live, facts, values).find((each) => full.includes(each));
        end = over === undefined ? "" : `quota:${over}`;
      }
      if (!end) {
        const ready = answered || plan.notes.includes(name);
        const skip = (own(plan.skips, name) ?? []).find(
          ([when]) => when === null || (ready && holds(when, live, facts, values)),
        );
        target = skip ? skip[1] : "";
      }
      if (target === "end" || target.startsWith("end:")) end = target;
      if (end) break;
    }
    return { names, end, values, quotas: counted(plan, live, facts, values) };
  };

  const figure = (value) => {
    const rounded = Math.floor(Math.abs(value) * 100 + 0.5);
    const cents = rounded % 100;
    const tail = cents ? `.${String(cents).padStart(2, "0")}`.replace(/0$/, "") : "";
    return `${value < 0 && rounded ? "-" : ""}${(rounded - cents) / 100}${tail}`;
  };
  const said = (text, labels, facts, values) =>
    text.replace(PIPE, (_whole, kind, name, other = "") => {
      if (kind === "answer") return own(labels, name) || other;
      if (kind === "score") return own(values, name) === undefined ? other : figure(values[name]);
      const found = own(facts[kind], name);
      if (typeof found === "number") return figure(found);
      return (typeof found === "string" && found) || other;
    });

  const logic = { route, said, figure };
  if (typeof module === "object" && module.exports) module.exports = logic;
  else root.surveyLogic = logic;
})(globalThis);
