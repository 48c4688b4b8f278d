// `npm run lock`, after a dependency changed. npm leaves a package made for another platform out of the lock file when
// the registry in use does not have it, and `npm ci` then refuses the whole file everywhere. With --check it only tells.
import { readFileSync, writeFileSync } from 'node:fs';
import { inProject } from './project.mjs';
import { CannotGoOn, runCommand } from './screen.mjs';

const platform =
  /(android|darwin|freebsd|linux|openharmony|win32)-(arm64|arm|x64|ia32|ppc64|riscv64|s390x|loong64)(?:-(?:(gnu|musl)\w*|\w+))?$/;

function isThere(packages, parent, name) {
  for (let folder = parent; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    if (packages[`${folder === '' ? '' : `${folder}/`}node_modules/${name}`]) return true;
    if (folder === '') return false;
  }
}

function entryFor(name, version, parent) {
  const [, os, cpu, libc] = platform.exec(name) ?? [];
  if (!os) throw new CannotGoOn(`${name} ${version} is missing in package-lock.json and its name tells no platform.`);
  return {
    version,
    cpu: [cpu],
    ...(parent.dev ? { dev: true } : {}),
    ...(libc ? { libc: [libc === 'gnu' ? 'glibc' : libc] } : {}),
    optional: true,
    os: [os],
  };
}

await runCommand(() => {
  const path = inProject('package-lock.json');
  const lock = JSON.parse(readFileSync(path, 'utf8'));
  const missing = Object.entries(lock.packages).flatMap(([folder, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(([name]) => !isThere(lock.packages, folder, name))
      .map(([name, version]) => [`node_modules/${name}`, entryFor(name, version, entry)]),
  );
  if (missing.length === 0) return;
  if (process.argv.includes('--check')) {
    const names = missing.map(([folder]) => folder.replace('node_modules/', '')).join(', ');
    throw new CannotGoOn(`package-lock.json lacks ${names}: npm run lock`);
  }
  const packages = Object.entries({ ...lock.packages, ...Object.fromEntries(missing) });
  packages.sort(([one], [other]) => (one < other ? -1 : 1));
  writeFileSync(path, `${JSON.stringify({ ...lock, packages: Object.fromEntries(packages) }, null, 2)}\n`);
  process.stderr.write(`Added to package-lock.json: ${missing.length} packages of other platforms\n`);
});
