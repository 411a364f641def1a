/** What is bundled comes with its licences: each package is named, and no notice is left out. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { licences, shippedPackages } from "../checks/licences.ts";

const root = join(import.meta.dirname, "..");

test("every package that reaches a browser is named with its licence", () => {
  const text = licences(root);
  const packages = shippedPackages(root);
  expect(packages.length).toBeGreaterThan(4);
  for (const [folder, locked] of packages) {
    expect(text).toContain(`\n${folder.replace("node_modules/", "")} ${locked.version}, ${locked.license}\n`);
  }
});

test("the notices are those that the licences want: MIT, BSD and the Apache License, each in full", () => {
  const text = licences(root);
  expect(text).toContain("Permission is hereby granted, free of charge");
  expect(text).toContain("Copyright 2008 Google Inc.");
  expect(text).toContain("THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS");
  expect(text.match(/Copyright 2021-\d+ Buf/g)).toHaveLength(1);
  expect(text).toContain("TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION");
});
