import path from 'node:path';
import { GATEWAYS, type GatewayName, runSupergraph } from './run';

/** Serves the supergraph until it is told to stop: `npm run supergraph`, or `npm run supergraph -- apollo`. */

const [, , wanted = 'hive'] = process.argv;
const PORT = 4000;

void main();

async function main(): Promise<void> {
  if (!isGateway(wanted)) {
    console.error(`${wanted} is no gateway of this example: ${Object.keys(GATEWAYS).join(' or ')}.`);
    process.exitCode = 2;
    return;
  }
  const program = path.resolve(__dirname, '../../main.js');
  const supergraph = await runSupergraph(wanted, program, { port: Number(process.env['PORT'] ?? PORT) });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void supergraph.close());
  console.log(`Drawbridge  ${supergraph.drawbridge}`);
  console.log(`Sites       ${supergraph.sites}`);
  console.log(`Supergraph  ${supergraph.gateway}  open it in a browser: the playground is there`);
}

function isGateway(name: string): name is GatewayName {
  return name in GATEWAYS;
}
