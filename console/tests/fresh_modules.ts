/** Runs before each file of tests: files share a process, and none is to meet the mocks and signals of another. */
import { vi } from "vitest";

vi.resetModules();
