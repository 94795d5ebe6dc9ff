// Loads surveys with SurveyJS' own library: what it could not read, and what it shows for given answers.
import { readFileSync } from "node:fs";
import { Model } from "survey-core";

const cases = JSON.parse(readFileSync(0, "utf8"));
const found = cases.map(({ survey, answers }) => {
  const model = new Model(survey);
  model.data = answers;
  return {
    errors: (model.jsonErrors ?? []).map((each) => each.getFullDescription?.() ?? String(each.message ?? each)),
    visible: model.getAllQuestions().filter((each) => each.isVisible).map((each) => each.name),
    values: Object.fromEntries(model.calculatedValues.map((each) => [each.name, model.getVariable(each.name)])),
  };
});
console.log(JSON.stringify(found));
