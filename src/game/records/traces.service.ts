import { Injectable, Logger } from '@nestjs/common';
import { AppendLogService, LogError } from '../../storage/index.js';

/** What is left of a person in the history of the logs, once nothing live names them. */
@Injectable()
export class Traces {
  private readonly logger = new Logger(Traces.name);

  constructor(private readonly logs: AppendLogService) {}

  /**
   * Takes a person's id, and the entries in which it stands, out of every log but one, with their backups and archives.
   * Safe to repeat. A log of the application's own whose values still name the person is left, and told of.
   */
  async erase(userId: string, except: string): Promise<void> {
    for (const log of this.logs.logNames()) {
      if (log === except) continue;
      await this.logs.erase(log, undefined, { mentions: [userId] }).catch((error: unknown) => {
        if (!(error instanceof LogError) || error.code !== 'LOG_CONFLICT') throw error;
        this.logger.warn(`The history of ${log} still names somebody who was forgotten, since values of it do.`);
      });
    }
  }
}
