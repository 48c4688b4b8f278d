import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../src/dev/project-folder';
import { type PythonPackages, packagesFromWheels } from '../../src/dev/python-wheels';
import { platformOfFile } from '../support/platform-of-file';

const file = platformOfFile();
const examples = 2;
/** What others see as well when they run it; by itself the program takes another one each time, and looks further. */
const usualSeed = 1_691_196_596;
const limitMs = 600_000;
const minors = [11, 12, 13];

/** Kept from run to run; without Python, or a network for the first time, the plain line says what was not run. */
const schemathesis = (): Promise<PythonPackages | undefined> =>
  packagesFromWheels('schemathesis.txt', minors, join(cacheFolder(), 'schemathesis-4.32.5')).catch((error: unknown) => {
    process.stderr.write(`not run: the fuzz of the contract, as its Python packages are not to be had: ${error}\n`);
    return undefined;
  });

test(
  'requests made from openapi.json, signed as an issuer signs, are taken where they fit and refused where not, as declared',
  async () => {
    const packages = await schemathesis();
    if (!packages) return;
    const program = join(__dirname, '../../examples/python/fuzz_the_contract.py');
    const seed = Number(process.env.SEED ?? usualSeed);
    const { code, said } = await promisify(execFile)(
      packages.python,
      [program, '--seed', String(seed), '--examples', String(examples), '--short'],
      {
        env: {
          ...process.env,
          PYTHONPATH: packages.folder,
          PLATFORM_URL: file.platform.baseUrl,
          OPERATOR_TOKEN: file.platform.operatorToken,
        },
        timeout: limitMs,
        maxBuffer: 64 * 1024 * 1024,
      },
    ).then(
      ({ stdout }) => ({ code: 0, said: stdout }),
      (error: { code?: number | string; stdout?: string; stderr?: string }) => ({
        code: error.code,
        said: `${error.stdout}${error.stderr}`,
      }),
    );
    process.stderr.write(said.slice(-20_000));
    expect(code).toBe(0);
  },
  limitMs + 300_000,
);
