import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { inProject, npmCommand } from './project.mjs';

// `npm run sbom`: what the image has at run time, from the lock file: dist/sbom.json in CycloneDX, and dist/licences.txt.
const { command, args, shell } = npmCommand([
  'sbom',
  '--package-lock-only',
  '--sbom-format=cyclonedx',
  '--sbom-type=application',
]);
const listed = execFileSync(command, args, { cwd: inProject(), shell, maxBuffer: 64 * 1024 * 1024 });
const bom = JSON.parse(listed.toString());
const { name, packages } = JSON.parse(readFileSync(inProject('package-lock.json'), 'utf8'));
// npm takes the folder's name.
bom.metadata.component.name = name;
// With --omit=dev npm leaves out what a tool needs as well.
const atRunTime = new Set(
  Object.entries(packages).flatMap(([path, { version, dev }]) =>
    dev ? [] : [`${path.split('node_modules/').at(-1)}@${version}`],
  ),
);
const nameOf = (one) => (one.group ? `${one.group}/${one.name}` : one.name);
bom.components = bom.components.filter((one) => atRunTime.has(`${nameOf(one)}@${one.version}`));
const left = new Set([bom.metadata.component['bom-ref'], ...bom.components.map((one) => one['bom-ref'])]);
bom.dependencies = bom.dependencies
  .filter(({ ref }) => left.has(ref))
  .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => left.has(one)) }));

const licenceOf = ({ licenses = [] }) =>
  licenses.map(({ license, expression }) => expression ?? license.id ?? license.name).join(', ') || 'none declared';
const lines = bom.components.map((one) => `${licenceOf(one)}\t${nameOf(one)} ${one.version}`);

mkdirSync(inProject('dist'), { recursive: true });
writeFileSync(inProject('dist', 'sbom.json'), `${JSON.stringify(bom, null, 2)}\n`);
writeFileSync(inProject('dist', 'licences.txt'), `${lines.sort().join('\n')}\n`);
process.stdout.write(`dist/sbom.json and dist/licences.txt: ${bom.components.length} packages\n`);
