import { describe, expect, it } from '@jest/globals';
import { groupByDependence } from '../../../src/operations/services/by-dependence.ts';

const services = [
  { name: 'proxy', dependsOn: ['app', 'odoo'] },
  { name: 'app', dependsOn: ['app-db', 'keycloak'] },
  { name: 'keycloak', dependsOn: ['keycloak-db'] },
  { name: 'odoo', dependsOn: [] },
];
const group = (...names: string[]) =>
  groupByDependence(
    names.map((service) => ({ service })),
    services,
  ).map((members) => members.map(({ service }) => service));

describe('the order in which services start', () => {
  it('has those first that others depend on', () => {
    expect(group('proxy', 'app', 'keycloak', 'odoo')).toEqual([['keycloak', 'odoo'], ['app'], ['proxy']]);
  });

  it('knows dependence by way of a service that is none of them', () => {
    expect(group('proxy', 'keycloak')).toEqual([['keycloak'], ['proxy']]);
  });

  it('keeps the containers of one service together, and takes one that is not in the file', () => {
    expect(group('app', 'app', 'unknown')).toEqual([['app', 'app', 'unknown']]);
    expect(group()).toEqual([]);
  });

  it('ends where services depend on each other in a circle', () => {
    const circle = [
      { name: 'a', dependsOn: ['b'] },
      { name: 'b', dependsOn: ['a'] },
    ];
    expect(groupByDependence([{ service: 'a' }, { service: 'b' }], circle)).toEqual([
      [{ service: 'a' }, { service: 'b' }],
    ]);
  });
});
