import { loopback } from '../../src/bounded/free-port';

/** As in docker-compose.yml, so that what is measured is what is recommended to run; fixed for ever by a cluster's first start. */
export const historyShards = 512;
export const storeDatabase = 'temporal';
export const visibilityDatabase = 'temporal_visibility';
export const postgresUser = 'postgres';
/** For each of the four services, and each of its two pools; PostgreSQL's own default of 100 is less than that. */
const connectionsOfPool = { store: 20, visibility: 10 };
const services = ['frontend', 'history', 'matching', 'worker'] as const;
export type Service = (typeof services)[number];
const spareConnections = 20;
export const postgresConnections =
  services.length * (connectionsOfPool.store + connectionsOfPool.visibility) + spareConnections;

export interface ServerConfig {
  /** Of each service: where it answers, and where the services find each other. */
  ports: Record<Service, { grpc: number; membership: number }>;
  metricsPort: number;
  postgresPort: number;
  dynamicConfigFile: string;
}

const sqlStore = (databaseName: string, postgresPort: number, connections: number) => ({
  sql: {
    pluginName: 'postgres12',
    databaseName,
    connectAddr: `${loopback}:${postgresPort}`,
    connectProtocol: 'tcp',
    user: postgresUser,
    password: '',
    maxConns: connections,
    maxIdleConns: connections,
    maxConnLifetime: '1h',
  },
});

/** The server's configuration file. It is read as YAML, of which JSON is a part: so it needs no library. */
export function serverConfigText({ ports, metricsPort, postgresPort, dynamicConfigFile }: ServerConfig): string {
  const frontend = `${loopback}:${ports.frontend.grpc}`;
  const config = {
    log: { stdout: true, level: 'warn' },
    persistence: {
      defaultStore: 'store',
      visibilityStore: 'visibility',
      numHistoryShards: historyShards,
      datastores: {
        store: sqlStore(storeDatabase, postgresPort, connectionsOfPool.store),
        visibility: sqlStore(visibilityDatabase, postgresPort, connectionsOfPool.visibility),
      },
    },
    global: {
      membership: { maxJoinDuration: '30s', broadcastAddress: loopback },
      metrics: { prometheus: { timerType: 'histogram', listenAddress: `${loopback}:${metricsPort}` } },
    },
    services: Object.fromEntries(
      services.map((service) => [
        service,
        { rpc: { grpcPort: ports[service].grpc, membershipPort: ports[service].membership, bindOnIP: loopback } },
      ]),
    ),
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: {
        active: { enabled: true, initialFailoverVersion: 1, rpcName: 'frontend', rpcAddress: frontend },
      },
    },
    dcRedirectionPolicy: { policy: 'noop' },
    archival: { history: { state: 'disabled' }, visibility: { state: 'disabled' } },
    namespaceDefaults: { archival: { history: { state: 'disabled' }, visibility: { state: 'disabled' } } },
    publicClient: { hostPort: frontend },
    dynamicConfigClient: { filepath: dynamicConfigFile, pollInterval: '60s' },
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

/** From the values that the dev server gets on its command line, each of them JSON. */
export function dynamicConfigText(values: Readonly<Record<string, string>>): string {
  const lists = Object.entries(values).map(([key, value]) => [key, [{ value: JSON.parse(value) as unknown }]]);
  return `${JSON.stringify(Object.fromEntries(lists), null, 2)}\n`;
}

/** What `temporal-sql-tool` is called with, in this order, for both databases. */
export function schemaCommands(postgresPort: number): string[][] {
  const pairs = [
    { database: storeDatabase, schema: 'temporal' },
    { database: visibilityDatabase, schema: 'visibility' },
  ];
  return pairs.flatMap(({ database, schema }) => {
    const at = ['--plugin', 'postgres12', '--ep', loopback, '-p', String(postgresPort), '-u', postgresUser];
    const onDatabase = [...at, '--db', database];
    return [
      [...onDatabase, 'create-database'],
      [...onDatabase, 'setup-schema', '-v', '0.0'],
      [...onDatabase, 'update-schema', '--schema-name', `postgresql/v12/${schema}`],
    ];
  });
}
