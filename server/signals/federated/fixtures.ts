/** An outlet of the tests whose platform answers at `url`. */
export const platformOutlet = (url: string, secret: Buffer) => ({
  key: 'line',
  kind: 'webhook',
  nameZh: '热线平台',
  nameEn: 'Hotline platform',
  owner: 'federated',
  config: {
    auth: { kind: 'none' },
    crs: 'wgs84',
    mapping: { externalId: 'no', category: 'category', lng: 'lng', lat: 'lat' },
    platform: {
      url: `${url}/in`,
      secret: `whsec_${secret.toString('base64')}`,
      mapping: { case: 'of', sequence: 'n', action: 'did', status: 'stands', note: 'note', photos: 'photos' },
      actions: { 进展: [] },
      statuses: { 处理中: 'handling', 已办结: 'closed' },
    },
  },
});
