import { Command } from 'commander';
import { addBlockCommands } from './block-commands.ts';
import { addFileCommands } from './file-commands.ts';
import { DONE, outcomeOf, REFUSED } from './outcome.ts';
import { addProductCommands } from './product-commands.ts';
import { addTimeCommands } from './time-commands.ts';

/** `mw`: apps and graphs from the command line, on files or on the data of a running product. Every command is one file beside this one. */
const program = new Command('mw')
  .description('Millwright (匠造): run, prove and pack industrial apps, and try them on recorded plant data.')
  .showHelpAfterError('(mw --help shows all commands, mw help <command> one of them)')
  .addHelpText(
    'after',
    `
Without a server, on files:        run, plan, verify, app pack, block new, block test; backtest and replay with --in
On the product that runs here:     backtest, replay, shadow, retention, audit verify, backup; restore brings one back
  It is found by MILLWRIGHT_DATA (its data folder, .millwright when absent) or DATABASE_URL. Whoever may read these owns the product:
  mw asks for no password and sees every organization. It performs no action on any machine: effects are captured and counted.

Exit codes:
  0  done
  1  the run failed, a proof is red, or the audit log is not whole
  2  the input, the graph or the command was refused (reasons on stderr, with file, line and column)

Examples:
  mw run graph.json --in pressure=pressure.csv --in power=power.csv --out result
  mw run graph.json --in vib.de.h=waves/ --until 2026-01-05T12:00:00+08:00 --json
  mw plan graph.json
  mw verify marketplace/apps/compressor-guard
  mw app pack marketplace/apps/compressor-guard --key publisher.key --out compressor-guard.mwapp
  mw backtest compressor-guard --from 24h --input arrived
  mw replay compressor-guard --wire specific.out --at 2026-01-05T11:58:00+08:00
  mw backtest edited.json --in pressure=pressure.parquet --against graph.json
  mw shadow compressor-guard --for 5m
  mw audit verify
  mw block new series/median
  mw backup /backups/monday
  MILLWRIGHT_DATA=/new/folder mw restore /backups/monday`,
  );

addFileCommands(program);
addTimeCommands(program);
addProductCommands(program);
addBlockCommands(program);

program.exitOverride((error) => {
  // --help and --version end well; what commander refuses is a refused command
  process.exit(error.exitCode === 0 ? DONE : REFUSED);
});

try {
  await program.parseAsync();
} catch (error) {
  const { code, text } = outcomeOf(error);
  console.error(text);
  process.exitCode = code;
}
