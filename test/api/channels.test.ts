import { platformOfFile } from '../support/platform-of-file';
import { expectProblem } from '../support/problem';

const file = platformOfFile({ worker: false });

test('operators are told the channels that are configured, and what each asks for', async () => {
  expect(await file.platform.operator('GET', '/channels')).toMatchObject({
    status: 200,
    body: {
      data: [
        { channel: 'page', label: 'Pick-up page', hasPage: true },
        {
          channel: 'webhook',
          label: 'Webhook',
          hasPage: false,
          address: { field: 'url', label: 'Web address', kind: 'url' },
        },
      ],
    },
  });
  expectProblem(await file.platform.operator('GET', '/channels', undefined, 'x'), 401, 'operator_unauthorized');
});

test('the contract for machines offers the same terminals, and no other', async () => {
  const document = JSON.stringify(await (await fetch(`${file.platform.baseUrl}/openapi.json`)).json());
  expect(document).toContain('"const":"webhook"');
  expect(document).not.toContain('"const":"email"');
  expect(document).not.toContain('"const":"sms"');
});
