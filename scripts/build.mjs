import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { underLock } from './lock.mjs';
import { inProject, projectRoot } from './project.mjs';
import { runCommand, step } from './screen.mjs';
import { setup } from './setup.mjs';

const sourceFolders = ['src', 'packages/issuer/src', 'workflows', 'activities', 'worker'];
const swcOptions = {
  swcrc: false,
  sourceMaps: true,
  jsc: { target: 'es2022', parser: { syntax: 'typescript' }, keepClassNames: true },
  // An adapter may be an ES module: a dynamic import has to stay one.
  module: { type: 'commonjs', ignoreDynamic: true },
};

// The pages' modules run in a browser: types taken out, one file each, and the addresses in their imports as written.
const browserFolders = ['src/console/', 'src/portal/', 'src/pages-kit/'];
const browserEntries = ['src/console/main.ts', 'src/portal/main.ts'];
const browserOptions = {
  ...swcOptions,
  sourceMaps: false,
  module: { type: 'es6' },
};
const isForBrowser = (file) => browserFolders.some((folder) => file.startsWith(folder)) && file.endsWith('.ts');

function sourceFiles(folders = sourceFolders) {
  return folders
    .filter((folder) => existsSync(inProject(folder)))
    .flatMap((folder) => readdirSync(inProject(folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(projectRoot, join(entry.parentPath ?? entry.path, entry.name)).replaceAll('\\', '/'))
    .sort();
}

function contentHash(files) {
  const hash = createHash('sha256');
  for (const file of [...files, 'package-lock.json', 'scripts/build.mjs']) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(inProject(file)))
      .update('\0');
  }
  return hash.digest('hex');
}

const stampOf = (file) => (existsSync(inProject('dist', file)) ? readFileSync(inProject('dist', file), 'utf8') : '');

async function transformInto(folder, files) {
  const { transform } = createRequire(import.meta.url)('@swc/core');
  const transformOne = async (file) => {
    const target = join(folder, file);
    mkdirSync(dirname(target), { recursive: true });
    if (!file.endsWith('.ts')) return cpSync(inProject(file), target);
    if (file.endsWith('.d.ts')) return;
    const script = target.replace(/\.ts$/, '.js');
    const { code, map } = await transform(readFileSync(inProject(file), 'utf8'), {
      ...swcOptions,
      filename: inProject(file),
      sourceFileName: relative(dirname(inProject('dist', file)), inProject(file)),
    });
    writeFileSync(script, `${code}//# sourceMappingURL=${script.split(/[\\/]/).pop()}.map\n`);
    writeFileSync(`${script}.map`, map);
  };
  await Promise.all(files.map(transformOne));
}

// What each page's first module reaches by imports that are left once types are gone: of the domain its words and rules.
async function transformForBrowser(folder) {
  const { transform } = createRequire(import.meta.url)('@swc/core');
  const seen = new Set();
  const visit = async (file) => {
    if (seen.has(file)) return;
    seen.add(file);
    const { code } = await transform(readFileSync(inProject(file), 'utf8'), {
      ...browserOptions,
      filename: inProject(file),
    });
    const target = join(folder, relative('src', file).replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, code);
    for (const [, path] of code.matchAll(/^(?:import|export) .*?["'](\.[^"']+)["'];$/gm)) {
      await visit(`${join(dirname(file), path).replaceAll('\\', '/')}.ts`);
    }
  };
  for (const entry of browserEntries) await visit(entry);
}

// The new tree takes the old one's place in one step, so a command that starts meanwhile never sees half of it.
async function buildScripts(files, stamp) {
  const fresh = inProject('dist.new');
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  await transformInto(
    fresh,
    files.filter((file) => !isForBrowser(file)),
  );
  await transformForBrowser(join(fresh, 'browser'));
  for (const kept of ['workflow-bundle.js', '.workflow-bundle']) {
    if (existsSync(inProject('dist', kept))) cpSync(inProject('dist', kept), join(fresh, kept));
  }
  writeFileSync(join(fresh, '.scripts'), stamp);
  rmSync(inProject('dist'), { recursive: true, force: true });
  renameSync(fresh, inProject('dist'));
}

// What the bundle is made of: the workflows and everything they reach by relative imports.
function workflowSources() {
  const { workflowEntries } = createRequire(import.meta.url)(inProject('dist/worker/bundle-workflows.js'));
  const seen = new Set();
  const visit = (file) => {
    const path = [file, `${file}.ts`, join(file, 'index.ts')].find(
      (name) => name.endsWith('.ts') && existsSync(inProject(name)),
    );
    if (!path || seen.has(path)) return;
    seen.add(path);
    for (const [, target] of readFileSync(inProject(path), 'utf8').matchAll(
      /(?:from|import|require\()\s*['"](\.[^'"]+)['"]/g,
    )) {
      visit(join(dirname(path), target.replace(/\.js$/, '')));
    }
  };
  workflowEntries.forEach(visit);
  return [...seen, 'worker/bundle-workflows.ts'].sort();
}

const docsSources = () => [
  'CHANGELOG.md',
  ...['docs', 'examples/quickstart']
    .flatMap((folder) => readdirSync(inProject(folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(projectRoot, join(entry.parentPath ?? entry.path, entry.name)).replaceAll('\\', '/'))
    .sort(),
];

// Beside the built api, which serves them; the static site has its own folder.
function buildDocs(stamp) {
  const { writeDocs } = createRequire(import.meta.url)(inProject('dist/src/docs-site/write-docs.js'));
  writeDocs(projectRoot, inProject('dist/docs'), 'platform');
  writeFileSync(inProject('dist/.docs'), stamp);
}

async function buildWorkflowBundle(stamp) {
  const { bundleWorkflows } = createRequire(import.meta.url)(inProject('dist/worker/bundle-workflows.js'));
  const fresh = inProject('dist', `workflow-bundle.${process.pid}.new`);
  writeFileSync(fresh, await bundleWorkflows(projectRoot));
  renameSync(fresh, inProject('dist/workflow-bundle.js'));
  writeFileSync(inProject('dist/.workflow-bundle'), stamp);
}

// Called by start, api, worker and test; does nothing when no source changed since the last time.
export async function build() {
  const files = sourceFiles();
  const stamp = contentHash(files);
  const docsStamp = contentHash([...files, ...docsSources()]);
  const isFresh = stampOf('.scripts') === stamp && stampOf('.docs') === docsStamp;
  if (isFresh && stampOf('.workflow-bundle') === contentHash(workflowSources())) return;
  await underLock('build', async () => {
    if (stampOf('.scripts') !== stamp) await step('Building', () => buildScripts(files, stamp));
    if (stampOf('.docs') !== docsStamp) await step('Writing the docs', () => buildDocs(docsStamp));
    const bundleStamp = contentHash(workflowSources());
    if (stampOf('.workflow-bundle') !== bundleStamp) {
      await step('Bundling the workflows', () => buildWorkflowBundle(bundleStamp));
    }
  });
}

// Called by the bench: its processes run built, as the platform's do, and beside the platform's own tree.
export async function buildFolders(folders) {
  await transformInto(inProject('dist'), sourceFiles(folders));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runCommand(async () => {
    await setup();
    await build();
  });
}
