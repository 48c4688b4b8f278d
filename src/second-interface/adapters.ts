import { resolve } from 'node:path';
import type { Adapter } from './adapter-api';

export type Adapters = ReadonlyMap<string, Adapter>;

/**
 * Called at the start of api (which names exist) and worker (which runs them).
 *
 * @throws TypeError when a module of `ADAPTERS` does not export `{name, onMessage}`, or two have one name.
 */
export const loadAdapters = async (paths: readonly string[]): Promise<Adapters> => {
  const adapters = new Map<string, Adapter>();
  for (const path of paths) {
    const module: unknown = await import(resolve(path));
    // A CommonJS module comes as the default of what is imported, with a default of its own where TypeScript wrote it.
    const exported = [module, property(module, 'default')];
    const adapter = exported.flatMap((of) => [of, property(of, 'default'), property(of, 'adapter')]).find(isAdapter);
    if (!adapter) throw new TypeError(`the adapter module ${path} exports no {name, onMessage}`);
    if (adapters.has(adapter.name)) throw new TypeError(`two adapters are named ${adapter.name}`);
    adapters.set(adapter.name, adapter);
  }
  return adapters;
};

const property = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;

const isAdapter = (value: unknown): value is Adapter =>
  typeof property(value, 'name') === 'string' && typeof property(value, 'onMessage') === 'function';
