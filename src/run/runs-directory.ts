/** Where results go (`--store`, by default `runs/`): links and tables by experiment, the bytes in `store/`. */
import { join } from 'node:path';

export class RunsDirectory {
  /** Absolute. */
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** The folder of one experiment, for people. */
  experiment(name: string): string {
    return join(this.path, name);
  }

  /** The folder of its journal. */
  journal(name: string): string {
    return join(this.experiment(name), 'journal');
  }
}
