import { anyObject } from '../fields';
import { declareRoute } from '../route';

/** What machines around the platform read, and the first address. */
export const readMetrics = declareRoute({
  method: 'get',
  path: '/metrics',
  name: 'readMetrics',
  who: 'anyone',
  sides: ['operators'],
  summary: 'Metrics of this process, as Prometheus reads them',
  answers: { 200: { says: 'The metrics', mediaType: 'text/plain' } },
  problems: [],
});

export const readContract = declareRoute({
  method: 'get',
  path: '/openapi.json',
  name: 'readContract',
  who: 'anyone',
  sides: ['operators'],
  summary: 'This document, as this platform has it',
  answers: { 200: { says: 'An OpenAPI 3.1 document', body: anyObject } },
  problems: [],
});

const read = <const Path extends `/${string}`>(path: Path, name: string, mediaType: string, summary: string) =>
  declareRoute({
    method: 'get',
    path,
    name,
    who: 'anyone',
    sides: ['public', 'operators'],
    isForBrowsers: true,
    summary,
    answers: { 200: { says: 'The page', mediaType } },
    problems: [],
  });

export const problemPage = read(
  '/problems/{code}',
  'problemPage',
  'text/html',
  'What a problem means, and whose turn it is',
);
export const llmsText = read('/llms.txt', 'llmsText', 'text/plain', 'Where programs that read docs begin');

/** The problems' pages load them too. */
export const docsAsset = read('/docs/assets/{file}', 'docsAsset', 'application/octet-stream', 'What the pages load');

export const previewFrame = read(
  '/preview-frame',
  'previewFrame',
  'text/html',
  'An empty page that shows a preview to the page around it',
);

export const startPage = declareRoute({
  method: 'get',
  path: '/',
  name: 'startPage',
  who: 'anyone',
  sides: ['public', 'operators'],
  isForBrowsers: true,
  summary: 'What this is, and where to look',
  answers: { 200: { says: 'The page', mediaType: 'text/html' } },
  problems: [],
});
