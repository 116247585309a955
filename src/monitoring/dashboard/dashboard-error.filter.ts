import type { ServerResponse } from 'node:http';
import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import { LogError } from '../../storage/index.js';

/** Tells the page what the store could not do; it shows it as text. Everything else is left to the application. */
@Catch(LogError)
export class DashboardErrorFilter implements ExceptionFilter<LogError> {
  catch(error: LogError, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<ServerResponse>();
    if (response.headersSent) {
      // In the middle of a download: cut it, so that nobody takes it for whole.
      response.destroy();
      return;
    }
    const { code, message, hint } = error;
    response.statusCode = 500;
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    response.end(JSON.stringify({ statusCode: 500, code, message, hint }));
  }
}
