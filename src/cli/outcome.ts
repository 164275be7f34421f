export { checkExecution, describeFailure, ExecutionError, type Failure } from "../actions/execution-error.ts";
