// Reads an org with the platform's own SDK for JavaScript, and writes what it read as JSON.
//
// Nothing here knows of the simulator: it asks for its token and sends its requests where the
// SDK sends them for the region of Frankfurt.

const sdk = require("purecloud-platform-client-v2");

const { CLIENT_ID, CLIENT_SECRET, INTERVAL } = process.env;
const [START, END] = INTERVAL.split("/");

const client = sdk.ApiClient.instance;
client.setEnvironment(sdk.PureCloudRegionHosts.eu_central_1);

async function listed(ask, options = {}) {
  const entities = [];
  for (let pageNumber = 1; ; pageNumber += 1) {
    const page = await ask({ pageSize: 50, pageNumber, ...options });
    entities.push(...page.entities);
    if (pageNumber >= page.pageCount) return entities;
  }
}

async function lists() {
  const users = new sdk.UsersApi();
  const groups = new sdk.GroupsApi();
  const routing = new sdk.RoutingApi();
  const architect = new sdk.ArchitectApi();
  const authorization = new sdk.AuthorizationApi();
  return {
    users: await listed((o) => users.getUsers(o), { state: "any", sortOrder: "asc" }),
    groups: await listed((o) => groups.getGroups(o), { sortOrder: "asc" }),
    queues: await listed((o) => routing.getRoutingQueues(o), { sortOrder: "asc" }),
    wrapup_codes: await listed((o) => routing.getRoutingWrapupcodes(o), {
      sortBy: "name",
      sortOrder: "asc",
    }),
    skills: await listed((o) => routing.getRoutingSkills(o)),
    languages: await listed((o) => routing.getRoutingLanguages(o), { sortOrder: "asc" }),
    flows: await listed((o) => architect.getFlows(o), { deleted: true, sortBy: "name" }),
    divisions: await listed((o) => authorization.getAuthorizationDivisions(o)),
  };
}

async function query(analytics) {
  const conversations = [];
  for (let pageNumber = 1; ; pageNumber += 1) {
    const page = await analytics.postAnalyticsConversationsDetailsQuery({
      interval: INTERVAL,
      order: "asc",
      orderBy: "conversationStart",
      paging: { pageSize: 100, pageNumber },
    });
    if (!page.conversations || page.conversations.length === 0) return conversations;
    conversations.push(...page.conversations);
  }
}

async function job(analytics) {
  const { jobId } = await analytics.postAnalyticsConversationsDetailsJobs({
    interval: INTERVAL,
    order: "asc",
    orderBy: "conversationStart",
  });
  while ((await analytics.getAnalyticsConversationsDetailsJob(jobId)).state !== "FULFILLED") {
    await new Promise((done) => setTimeout(done, 100));
  }
  const pages = [];
  let cursor;
  do {
    const page = await analytics.getAnalyticsConversationsDetailsJobResults(jobId, {
      pageSize: 250,
      cursor,
    });
    pages.push(page.conversations);
    cursor = page.cursor;
  } while (cursor);
  return pages;
}

async function transcripts() {
  const api = new sdk.SpeechTextAnalyticsApi();
  const results = [];
  for (let pageNumber = 1; ; pageNumber += 1) {
    const page = await api.postSpeechandtextanalyticsTranscriptsSearch({
      types: ["transcripts"],
      pageSize: 100,
      pageNumber,
      sortBy: "conversationStartTime",
      sortOrder: "ASC",
      returnFields: ["conversationId", "communicationId"],
      query: [{ type: "DATE_RANGE", fields: ["conversationStartTime"], startValue: START, endValue: END }],
    });
    results.push(...page.results);
    if (pageNumber >= page.pageCount) return results;
  }
}

async function aggregates(analytics) {
  const answer = await analytics.postAnalyticsConversationsAggregatesQuery({
    interval: INTERVAL,
    granularity: "P1D",
    timeZone: "UTC",
    groupBy: ["mediaType"],
    metrics: ["tTalk", "tAcw"],
  });
  return answer.results;
}

async function main() {
  await client.loginClientCredentialsGrant(CLIENT_ID, CLIENT_SECRET);
  const analytics = new sdk.AnalyticsApi();
  const read = {
    organization: await new sdk.OrganizationApi().getOrganizationsMe(),
    lists: await lists(),
    query: await query(analytics),
    job: await job(analytics),
    transcripts: await transcripts(),
    aggregates: await aggregates(analytics),
  };
  const ids = read.query.slice(0, 3).map((one) => one.conversationId);
  read.by_id = await analytics.getAnalyticsConversationsDetails({ id: ids });
  process.stdout.write(JSON.stringify(read));
}

main().catch((error) => {
  process.stderr.write(`${JSON.stringify(error) || ""} ${(error && error.stack) || error}\n`);
  process.exitCode = 1;
});
