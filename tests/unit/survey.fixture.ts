import { parseAnswer, type Answer } from "../../components/survey/answer";

/** What a machine told in these lines. */
export const answer = (...lines: readonly string[]): Answer => {
  const parsed = parseAnswer([...lines, "end"].join("\n"));
  if (!parsed) throw new Error("no answer");
  return parsed;
};
