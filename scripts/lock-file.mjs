// `npm run lock`, after a dependency changed, and the check of the lock file. `npm ci` refuses a lock file in which a
// package of any platform is missing, and takes one without a hash as it comes.
import { readFileSync, writeFileSync } from 'node:fs';
import { inProject } from './project.mjs';
import { CannotGoOn, runCommand } from './screen.mjs';

function isThere(packages, parent, name) {
  for (let folder = parent; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    if (packages[`${folder === '' ? '' : `${folder}/`}node_modules/${name}`]) return true;
    if (folder === '') return false;
  }
}

const isWithoutHash = ([folder, entry]) =>
  folder.includes('node_modules/') && !entry.link && !/^sha512-[\w+/]{86}==$/.test(entry.integrity ?? '');

await runCommand(() => {
  const path = inProject('package-lock.json');
  const lock = JSON.parse(readFileSync(path, 'utf8'));
  const packages = Object.entries(lock.packages);
  if (process.argv.includes('--forget')) {
    // npm asks for the hash of a package only when it does not have the package yet.
    const kept = Object.fromEntries(packages.filter((entry) => !isWithoutHash(entry)));
    writeFileSync(path, `${JSON.stringify({ ...lock, packages: kept }, null, 2)}\n`);
    return;
  }
  const missing = packages.flatMap(([folder, entry]) =>
    Object.keys(entry.optionalDependencies ?? {}).filter((name) => !isThere(lock.packages, folder, name)),
  );
  const unproved = packages.filter(isWithoutHash).map(([folder]) => folder.replace(/^.*node_modules\//, ''));
  const told = [
    ...(missing.length > 0 ? [`lacks ${missing.join(', ')}`] : []),
    ...(unproved.length > 0 ? [`has no hash of ${unproved.join(', ')}`] : []),
  ].join('; ');
  if (told !== '')
    throw new CannotGoOn(`package-lock.json ${told}: npm run lock, at a registry that has every platform`);
});
