import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { inProject } from './project.mjs';
import { CannotGoOn, runCommand } from './screen.mjs';
import { setup } from './setup.mjs';

// `npm pack` in packages/issuer calls this: its source and that of the signing, compiled into `dist` once for `import` and
// once for `require`, each with its types.
const packageFolder = inProject('packages', 'issuer');
const sources = { '.': join(packageFolder, 'src'), signing: inProject('src', 'signing') };
// An ES module names its neighbours in full; what is imported of the signing stands beside the rest.
const asInPackage = (text) =>
  text
    .replaceAll(/(from |import\()'(?:\.\.\/)+src\/signing\//g, "$1'./signing/")
    .replaceAll(/(from |import\()'(\.[^']+)'/g, "$1'$2.js'");

function layOut(folder) {
  for (const [name, source] of Object.entries(sources)) {
    mkdirSync(join(folder, 'src', name), { recursive: true });
    for (const file of readdirSync(source).filter((one) => one.endsWith('.ts'))) {
      writeFileSync(join(folder, 'src', name, file), asInPackage(readFileSync(join(source, file), 'utf8')));
    }
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
}

function compile(ts, folder, outDir) {
  const { compilerOptions } = ts.readConfigFile(inProject('tsconfig.json'), ts.sys.readFile).config;
  const { options } = ts.convertCompilerOptionsFromJson(
    {
      ...compilerOptions,
      target: 'es2022',
      types: ['node'],
      typeRoots: [inProject('node_modules', '@types')],
      rootDir: join(folder, 'src'),
      outDir,
      declaration: true,
      incremental: false,
      tsBuildInfoFile: undefined,
    },
    folder,
  );
  const program = ts.createProgram([join(folder, 'src', 'index.ts')], options);
  const wrong = [...ts.getPreEmitDiagnostics(program), ...program.emit().diagnostics];
  if (wrong.length === 0) return;
  const host = { getCanonicalFileName: (name) => name, getCurrentDirectory: () => folder, getNewLine: () => '\n' };
  throw new CannotGoOn(ts.formatDiagnostics(wrong, host));
}

// The same again for `require`. The types are the same: what they are of says the folder's package.json.
function asCommonJs(ts, esm, cjs) {
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
  for (const name of readdirSync(esm, { recursive: true })) {
    if (name.endsWith('.d.ts')) cpSync(join(esm, name), join(cjs, name));
    if (!name.endsWith('.js')) continue;
    mkdirSync(dirname(join(cjs, name)), { recursive: true });
    const { outputText } = ts.transpileModule(readFileSync(join(esm, name), 'utf8'), { compilerOptions });
    writeFileSync(join(cjs, name), outputText);
  }
}

function buildPackage() {
  const ts = createRequire(import.meta.url)('typescript');
  // Inside of the project, so that the types of Node are found.
  const folder = inProject('.data', 'cache', `issuer-package-${process.pid}`);
  const [dist, esm, cjs] = ['', 'esm', 'cjs'].map((name) => join(packageFolder, 'dist', name));
  rmSync(dist, { recursive: true, force: true });
  try {
    layOut(folder);
    compile(ts, folder, esm);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  asCommonJs(ts, esm, cjs);
  writeFileSync(join(esm, 'package.json'), '{ "type": "module" }\n');
  writeFileSync(join(cjs, 'package.json'), '{ "type": "commonjs" }\n');
  cpSync(inProject('LICENSE'), join(packageFolder, 'LICENSE'));
}

await runCommand(async () => {
  await setup();
  buildPackage();
});
