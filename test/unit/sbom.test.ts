import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../src/dev/project-folder';

test('the bill of materials names every package of the image with its version, and each has a licence', () => {
  execFileSync(process.execPath, [join(projectFolder, 'scripts/sbom.mjs')]);
  const read = (name: string): string => readFileSync(join(projectFolder, name), 'utf8');
  const bom: { bomFormat: string; components: { group?: string; name: string; version: string }[] } = JSON.parse(
    read('dist/sbom.json'),
  );
  const named = bom.components.map(({ group, name, version }) => `${group ? `${group}/` : ''}${name} ${version}`);
  const { dependencies } = JSON.parse(read('package.json'));
  expect(bom.bomFormat).toBe('CycloneDX');
  expect(named).toEqual(
    expect.arrayContaining(Object.entries(dependencies).map(([name, version]) => `${name} ${version}`)),
  );
  const licences = read('dist/licences.txt').trim().split('\n');
  expect(licences.map((line) => line.split('\t')[1]).sort()).toEqual(named.sort());
  for (const line of licences) expect(line).toMatch(/^(none declared|[\w.()+, -]+)\t/);
});
