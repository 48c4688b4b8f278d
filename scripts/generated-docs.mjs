import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { issuerContract } from './issuer-contract.mjs';
import { inProject } from './project.mjs';
import { runCommand } from './screen.mjs';
import { goTypes } from './sdk-go.mjs';
import { goCalls } from './sdk-go-calls.mjs';
import { pythonCalls, pythonTypes } from './sdk-python.mjs';
import { setup } from './setup.mjs';

// `npm run docs`: fills what stands between `<!-- made of X -->` and `<!-- end -->` in the pages, and writes the files
// that are made as a whole; `--check` only looks.
const require = createRequire(import.meta.url);

function states() {
  const { moves } = require(inProject('dist/src/domain/order.js'));
  const lines = Object.entries(moves).flatMap(([from, to]) =>
    to.length === 0 ? [`  ${from} --> [*]`] : to.map((state) => `  ${from} --> ${state}`),
  );
  return ['```mermaid', 'stateDiagram-v2', '  [*] --> accepted', ...lines, '```'].join('\n');
}

// @throws where a record lacks what a reader needs to weigh it
function lookAtDecisions() {
  const folder = 'docs/decisions';
  for (const name of readdirSync(inProject(folder)).filter((file) => /^\d{4}-.*\.md$/.test(file))) {
    const text = readFileSync(inProject(folder, name), 'utf8');
    const [, number] = /^# (\d{4}) .+$/m.exec(text) ?? [];
    const hasStatus = /^Status: (accepted|superseded by .+?) · \d{4}-\d{2}-\d{2}/m.test(text);
    if (number !== name.slice(0, 4) || !hasStatus || !text.includes('\n## Wrong if\n'))
      throw new Error(
        `${folder}/${name} needs "# ${name.slice(0, 4)} Title", "Status: accepted · YYYY-MM-DD" and "## Wrong if"`,
      );
  }
}

// The contract for machines, whatever a platform has of it.
function contract() {
  const { openApiDocument } = require(inProject('dist/src/contract/openapi/openapi.js'));
  return openApiDocument();
}

const openApi = () => `${JSON.stringify(contract(), null, 2)}\n`;

const source = (language, path) => () =>
  [`\`\`\`${language}`, readFileSync(inProject(path), 'utf8').trimEnd(), '```'].join('\n');

const typescriptIssuer = 'examples/quickstart/typescript/issuer.ts';
const pythonIssuer = 'examples/quickstart/python/issuer.py';
const goIssuer = 'examples/quickstart/go/main.go';
const pythonPackage = 'packages/python/src/codeferry_issuer';

const made = [
  { page: 'docs/protocol.md', from: 'moves in src/domain/order.ts', text: states },
  { page: 'openapi.json', text: openApi },
  { page: 'packages/issuer/src/contract.ts', text: issuerContract },
  { page: 'packages/issuer/README.md', from: typescriptIssuer, text: source('ts', typescriptIssuer) },
  { page: `${pythonPackage}/contract.py`, text: () => pythonTypes(contract()) },
  { page: `${pythonPackage}/calls.py`, text: () => pythonCalls(contract()) },
  { page: 'packages/go/contract.go', text: () => goTypes(contract()) },
  { page: 'packages/go/calls.go', text: () => goCalls(contract()) },
  { page: 'packages/go/README.md', from: goIssuer, text: source('go', goIssuer) },
  { page: 'packages/python/README.md', from: pythonIssuer, text: source('python', pythonIssuer) },
];

function filled(page, from, text) {
  const begin = `<!-- made of ${from} -->`;
  const before = page.indexOf(begin);
  const after = page.indexOf('<!-- end -->', before);
  if (before < 0 || after < 0) throw new Error(`there is no ${begin} with an end`);
  return `${page.slice(0, before)}${begin}\n\n${text}\n\n${page.slice(after)}`;
}

// Pages that are not what the code says.
export async function staleDocs({ isWritten }) {
  lookAtDecisions();
  const stale = [];
  for (const { page, from, text } of made) {
    const path = inProject(page);
    const is = existsSync(path) ? readFileSync(path, 'utf8') : '';
    const should = from ? filled(is, from, text()) : await text();
    if (is === should) continue;
    if (isWritten) writeFileSync(path, should);
    stale.push(page);
  }
  return stale;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runCommand(async () => {
    await setup();
    await build();
    const isCheck = process.argv.includes('--check');
    const stale = await staleDocs({ isWritten: !isCheck });
    for (const page of stale)
      process.stderr.write(isCheck ? `${page} is not what the code says: npm run docs\n` : `• ${page}\n`);
    process.exitCode = isCheck && stale.length > 0 ? 1 : 0;
  });
}
