import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { WHOLE_CITY } from '../access/index.ts';
import { LANGUAGES, type Language } from '../files/index.ts';
import { dailyReport, makeReport, monthlyReport, reportName, type ReportOf } from '../kpi/index.ts';
import type { Runtime } from '../runtime.ts';
import { answers } from './params.ts';
import { fileHeaders, XLSX_TYPE } from './tableFiles.ts';
import type { Turns } from './turns.ts';

const lang = z.enum(LANGUAGES).default('zh');
const { 400: wrong, 404: missing } = answers(z.string(), '');
const responses = {
  200: { description: 'The workbook', content: { [XLSX_TYPE]: { schema: z.string().openapi({ format: 'binary' }) } } },
  ...{ 400: wrong, 404: missing },
};

/** /reports: what a command centre prints of a day and of a month. */
export function reportRoutes(app: OpenAPIHono, { db, city, clock }: Runtime, turns: Turns): void {
  async function answer(of: ReportOf, language: Language): Promise<Response> {
    const bytes = await turns.take(() =>
      db.snapshot((client) => makeReport(client, WHOLE_CITY, of, city(), language, clock().now())),
    );
    return new Response(new Uint8Array(bytes), { headers: fileHeaders(XLSX_TYPE, `${reportName(of)}.xlsx`) });
  }

  app.openapi(
    createRoute({
      method: 'get',
      path: '/reports/daily',
      summary: 'The report of a day',
      request: {
        query: z.strictObject({
          date: z.string().optional().openapi({ description: 'YYYY-MM-DD; yesterday unless told' }),
          lang,
        }),
      },
      responses,
    }),
    async (c) => {
      const { date, lang: language } = c.req.valid('query');
      return answer(dailyReport('date', date, city().timeZone, clock().now()), language);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/reports/monthly',
      summary: 'The report of a month, from its signed snapshot where there is one',
      request: {
        query: z.strictObject({
          month: z.string().optional().openapi({ description: 'YYYY-MM; the last one unless told' }),
          lang,
        }),
      },
      responses,
    }),
    async (c) => {
      const { month, lang: language } = c.req.valid('query');
      return answer(monthlyReport('month', month, city().timeZone, clock().now()), language);
    },
  );
}
