import { forRun } from "tscompose/testing";

export const stack = forRun("compose.yaml");
