import { forRun } from "tscompose/testing";

export const { globalSetup, globalTeardown } = forRun("compose.yaml");
