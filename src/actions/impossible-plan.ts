export { describeProblem, ImpossiblePlanError } from "../plan/problem.ts";
