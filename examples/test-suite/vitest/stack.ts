import { forRun } from "tscompose/testing";

export const { setup, teardown } = forRun("compose.yaml");
