export { checkExecution, ExecutionError, type Failure } from "../actions/execution-error.ts";
