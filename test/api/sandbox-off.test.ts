import { read } from '../support/platform';
import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';

const file = platformOfFile({ worker: false });

test('where SANDBOX is off there is nothing of it, nor is it offered', async () => {
  const { baseUrl } = file.platform;
  const body = { callback: { kind: 'url', url: 'https://issuer.example.com/' }, codeMode: 'push' };
  const made = await read(
    fetch(`${baseUrl}/v1/sandbox/issuers`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  );
  expectProblem(made, 404, 'path_unknown');
  const issuer = await file.issuer();
  expectProblem(await issuer.get('/inbox'), 404, 'path_unknown');
  const { paths } = await (await fetch(`${baseUrl}/openapi.json`)).json();
  expect(Object.keys(paths).filter((path) => /sandbox|inbox/.test(path))).toEqual([]);
});
