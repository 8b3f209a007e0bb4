import type { Prng } from './prng';

/** Where a simulated machine stands and what it is. */
export interface Placement {
  /** As people write it, with the letters of the place. */
  readonly site: string;
  /** The site in lower-case ASCII with hyphens, for identifiers. */
  readonly siteSlug: string;
  readonly machine: string;
  readonly machineSlug: string;
  readonly region: string;
}

const SITES: readonly (readonly [name: string, slug: string, region: string])[] = [
  ['Vilnius North', 'vilnius-north', 'Europe'],
  ['Šiauliai', 'siauliai', 'Europe'],
  ['Łódź Zachód', 'lodz-zachod', 'Europe'],
  ['Zürich Enge', 'zurich-enge', 'Europe'],
  ['Málaga Puerto', 'malaga-puerto', 'Europe'],
  ['Tromsø', 'tromso', 'Europe'],
  ['Göteborg Hamn', 'goteborg-hamn', 'Europe'],
  ['Brno Líšeň', 'brno-lisen', 'Europe'],
  ['Θεσσαλονίκη', 'thessaloniki', 'Europe'],
  ['Rotterdam Maasvlakte', 'rotterdam-maasvlakte', 'Europe'],
  ['Leeds Depot', 'leeds-depot', 'Europe'],
  ['Amaro', 'amaro', 'Europe'],
  ['Trieste Molo VII', 'trieste-molo-7', 'Europe'],
  ['Palo Alto', 'palo-alto', 'North America'],
  ['Duluth Quarry', 'duluth-quarry', 'North America'],
  ['Saint-Jérôme', 'saint-jerome', 'North America'],
  ['São José dos Campos', 'sao-jose', 'South America'],
  ['Antofagasta', 'antofagasta', 'South America'],
  ['Durban South', 'durban-south', 'Africa'],
  ['横浜 本牧', 'yokohama-honmoku', 'Asia'],
  ['Pune Chakan', 'pune-chakan', 'Asia'],
  ['Newcastle NSW', 'newcastle-nsw', 'Oceania'],
];

const MACHINES: readonly (readonly [name: string, slug: string])[] = [
  ['Pump station', 'pump'],
  ['Packaging line', 'packaging'],
  ['Substation', 'substation'],
  ['Wind turbine', 'turbine'],
  ['Cold store', 'cold-store'],
  ['Parking gate', 'gate'],
  ['Solar inverter', 'inverter'],
  ['Weighbridge', 'weighbridge'],
  ['CNC cell', 'cnc'],
  ['Water tower', 'water-tower'],
  ['Charging hub', 'charger'],
  ['Tram', 'tram'],
  ['Signage', 'signage'],
  ['Compressor', 'compressor'],
  ['Greenhouse', 'greenhouse'],
  ['Crane', 'crane'],
];

/** Draws a site and a machine. */
export function drawPlacement(prng: Prng): Placement {
  const [site, siteSlug, region] = prng.pick(SITES);
  const [machine, machineSlug] = prng.pick(MACHINES);
  return { site, siteSlug, machine, machineSlug, region };
}

/** Draws an IPv4 address that is not public, of the kind that mobile operators and plants use. */
export function drawPrivateIp(prng: Prng): string {
  return `10.${prng.int(0, 254)}.${prng.int(0, 254)}.${prng.int(2, 254)}`;
}

/** Draws an IPv4 address out of the ranges reserved for documentation, as a stand-in for a public one. */
export function drawPublicIp(prng: Prng): string {
  return `${prng.pick(['192.0.2', '198.51.100', '203.0.113'])}.${prng.int(1, 254)}`;
}

/** The last instant (ms) at which a machine that reports once a period has reported; `salt` spreads machines over the period. */
export function heartbeatAt(now: number, salt: number, periodMs = 60_000): number {
  const shift = (salt * 7919) % periodMs;
  return Math.floor((now - shift) / periodMs) * periodMs + shift;
}
