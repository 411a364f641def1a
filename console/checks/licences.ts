/** The licences of the packages that the built files hold: whoever passes these on passes their notices on too. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface Locked {
  version?: string;
  license?: string;
  dev?: boolean;
}

/** The packages of the lock file that reach a browser, by their folders. */
export function shippedPackages(root: string): [string, Locked][] {
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
    packages: Record<string, Locked>;
  };
  return Object.entries(lock.packages).filter(([folder, locked]) => folder !== "" && !locked.dev);
}

/** The notices of one package: its licence's file, else the comments that its sources begin with, each once. */
function noticesOf(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  const licence = files.find((name) => /^licen[cs]e(\.\w+)?$/i.test(name));
  if (licence) return [readFileSync(join(folder, licence), "utf8").trim()];
  const found = files
    .filter((name) => name.endsWith(".js"))
    .map((name) => /^(?:\/\/.*\n)+/.exec(readFileSync(join(folder, name), "utf8"))?.[0] ?? "")
    .filter((comment) => comment.includes("Copyright"))
    .map((comment) => comment.replace(/^\/\/ ?/gm, "").trim())
    .map((comment) => comment.replace(/(?<=limitations under the License\.).*/s, "")); // what is no notice any more
  return [...new Set(found)];
}

/** All notices as one text, with that of the Apache License, which the packages under it only refer to. */
export function licences(root: string): string {
  const parts = shippedPackages(root).map(([folder, locked]) => {
    const notices = noticesOf(join(root, folder));
    if (notices.length === 0) throw new Error(`${folder} has no notice of its licence`);
    const name = folder.replace(/^.*node_modules\//, "");
    return [`${name} ${locked.version}, ${locked.license}`, ...notices].join("\n\n");
  });
  const apache = readFileSync(join(root, "..", "LICENSE"), "utf8").trim();
  const line = `\n\n${"=".repeat(72)}\n\n`;
  return `${["The web console holds code of these packages.", ...parts, apache].join(line)}\n`;
}
