import { hashToken } from '../signals/index.ts';

export const KEY = 'a key of the tests';
/** An outlet with an attribute of every kind. */
export const OUTLET = {
  key: 'citizens',
  kind: 'open311',
  nameZh: '市民',
  nameEn: 'Citizens',
  config: {
    auth: { kind: 'api_key', keysSha256: [hashToken(KEY)] },
    open311: {
      jurisdictionId: 'heting.example',
      language: 'en',
      contact: 'help@heting.example',
      keyService: 'https://heting.example/keys',
      services: {
        '001': {
          description: 'Bags & <cans> left out',
          keywords: ['bags', 'cans'],
          notice: 'It is taken away within a day.',
          attributes: [
            { code: 'HINT', datatype: 'string', description: 'Look for the sticker', variable: false },
            {
              code: 'BAGS',
              datatype: 'number',
              description: 'How many?',
              required: true,
              datatypeDescription: 'a number',
            },
            { code: 'SEEN', datatype: 'datetime', description: 'Since when?' },
            {
              code: 'KIND',
              datatype: 'singlevaluelist',
              description: 'What kind?',
              values: [
                { key: 'h', name: 'household' },
                { key: 'b', name: 'building' },
              ],
            },
            {
              code: 'SMELL',
              datatype: 'multivaluelist',
              description: 'What of?',
              values: [
                { key: '1', name: 'fish' },
                { key: '2', name: 'paint' },
              ],
            },
            { code: 'NAME', datatype: 'string', description: 'Your name?', personal: true },
          ],
        },
      },
    },
  },
  categories: { '001': '06010', 'a.b/c': '06013' },
};
/** The order and the names are the standard's. */
export const REQUEST_FIELDS = [
  'service_request_id',
  'status',
  'status_notes',
  'service_name',
  'service_code',
  'description',
  'agency_responsible',
  'service_notice',
  'requested_datetime',
  'updated_datetime',
  'expected_datetime',
  'address',
  'address_id',
  'zipcode',
  'lat',
  'long',
  'media_url',
];
export const FORM = 'application/x-www-form-urlencoded; charset=utf-8';

/** What cannot be asked for, and the status that says so. */
export const WRONG_GETS: [path: string, status: number][] = [
  ['services/999', 404],
  ['services.json?jurisdiction_id=elsewhere', 404],
  ['requests/999999999', 404],
  ['requests/x', 404],
  ['tokens/x', 404],
  ['tokens/00000000-0000-0000-0000-000000000000', 404],
  ['requests.json?status=ajar', 400],
  ['requests.json?start_date=2010-01-01', 400],
  ['requests.json?start_date=9999-01-01T00:00:00Z', 400],
  ['requests.json?start_date=2010-01-01T00:00:00Z&end_date=2010-06-01T00:00:00Z', 400],
  ['requests.json?start_date=2010-02-01T00:00:00Z&end_date=2010-01-01T00:00:00Z', 400],
  ['requests.json?service_code=%00', 400],
  ['services.yaml', 404],
];
