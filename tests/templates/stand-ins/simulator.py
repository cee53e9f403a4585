"""A small Google Cloud with one cluster, for scripts that are tested without either.

It stands in for gcloud and kubectl. In the folder SIMULATOR it keeps:
  world.json   given by the test: project, load balancers, manifests, what each probe does, where
               log sinks can ship to, how many looks it takes until a new metric is known
  state.json   what exists now
  calls.jsonl  every call, its arguments as they arrived
SIMULATOR_FAIL_AT=N makes the Nth call of a run fail, before it does anything or (with
SIMULATOR_FAIL_MODE=after) when it has done its work. A command that isn't known here ends with
status 64, so that a test that leans on a gap fails.
"""
import json
import os
import re
import sys

FOLDER = os.environ["SIMULATOR"]
ABSENT, REFUSED, UNKNOWN = 1, 1, 64


class Fail(Exception):
    def __init__(self, message, status=1):
        super().__init__(message)
        self.status = status


def path(name):
    return os.path.join(FOLDER, name)


def load(name, default):
    try:
        with open(path(name)) as file:
            return json.load(file)
    except FileNotFoundError:
        return default


EMPTY = {
    "clock": 0, "apis": [], "networks": {}, "subnets": {}, "routers": {}, "accounts": {},
    "bindings": [], "young": [], "clusters": {}, "contexts": [], "metrics": {}, "policies": {},
    "channels": {}, "firewalls": {}, "forwarding": {}, "pools": {}, "groups": {}, "disks": {},
    "addresses": {}, "instances": {}, "backends": {}, "maps": {}, "proxies": {}, "checks": {},
    "old_checks": {}, "logs": [], "ids": 0, "sinks": {}, "grants": [], "fresh": [],
    "new_pools": [],
}
# Cloud Logging writes with this account whatever a project's sinks send elsewhere.
WRITER = "service-1@gcp-sa-logging.iam.gserviceaccount.com"
CLUSTER = {"status": "RUNNING", "pools": [], "namespaces": {"default": {}}, "services": {},
           "ingresses": {}, "gateways": {}, "groups": [], "netpol": {}, "logging": "as made", "pods": {}, "app": False,
           "stage": "", "looks": {}, "ill": {}}


def words_and_flags(args):
    words, flags = [], {}
    for arg in args:
        if arg.startswith("--"):
            key, eq, value = arg[2:].partition("=")
            flags[key] = value if eq else True
        else:
            words.append(arg)
    return words, flags


# --- Filters: Cloud Logging's and gcloud's, as far as the scripts use them ----------------------

def pick(thing, key):
    """`a.b.c` of nested maps and lists, whose own keys may hold dots and hyphens."""
    if isinstance(thing, list):
        return ";".join(str(pick(one, key)) for one in thing)
    if key in thing:
        return thing[key]
    head, dot, rest = key.partition(".")
    inner = thing.get(head)
    return pick(inner, rest) if dot and isinstance(inner, (dict, list)) else None


TERM = re.compile(r'([\w.-]+)(=~|>=|=|~)("(?:[^"\\]|\\.)*"|\S+)')


def holds(term, thing):
    key, operator, value = TERM.fullmatch(term).groups()
    if value.startswith('"'):
        value = re.sub(r"\\(.)", r"\1", value[1:-1])
    found = pick(thing, key)
    if found is None:
        return False
    if operator == "=":
        return str(found) == value
    if operator == ">=":
        return str(found) >= value
    return any(re.search(value, one) for one in str(found).split(";"))


def matches(text, thing):
    if not text:
        return True
    terms, rest = TERM.findall(text), TERM.sub("", text).split()
    if set(rest) - {"AND", "OR"}:
        raise Fail("can't read the filter: %s" % text, UNKNOWN)
    results = [holds("".join(term), thing) for term in terms]
    return any(results) if "OR" in rest else all(results)


def cell(thing, key):
    """What --format shows of a key: a list with semicolons, and `.basename()` the last word."""
    key, basename, _ = key.partition(".basename()")
    value = pick(thing, key)
    values = value if isinstance(value, list) else [value]
    texts = ["" if one is None else str(one) for one in values]
    return ";".join(text.rpartition("/")[2] if basename else text for text in texts)


def show(things, flags):
    """Prints things as --format asks: value(a,b) and csv[no-heading](a,b)."""
    form = flags.get("format", "")
    found = re.fullmatch(r"(value|csv\[no-heading\])\((.*)\)", form)
    for thing in things:
        if found:
            cells = [cell(thing, key) for key in found.group(2).split(",")]
            print(("\t" if found.group(1) == "value" else ",").join(cells))
        else:
            print(json.dumps(thing))


def listed(things, flags):
    chosen = [dict(thing, name=name) for name, thing in sorted(things.items())]
    show([thing for thing in chosen if matches(flags.get("filter", ""), thing)], flags)


# --- gcloud -------------------------------------------------------------------------------------

class Gcloud:
    def __init__(self, state, world):
        self.state, self.world = state, world

    def run(self, args):
        words, flags = words_and_flags(args)
        if flags.get("version") is True:
            print("Google Cloud SDK 528.0.0")
            for component in self.world.get("components", ["alpha", "beta"]):
                print(component + " 2025.06.20")
            return
        for length in range(5, 1, -1):
            name = "_".join(words[:length]).replace("-", "_")
            method = getattr(self, name, None)
            if method:
                return self.checked(name, method, words[length:], flags)
        raise Fail("unknown command: gcloud %s" % " ".join(words), UNKNOWN)

    def checked(self, name, method, words, flags):
        project = words[0] if name.startswith("projects") else flags.get("project")
        elsewhere = name.startswith(("pubsub_", "logging_buckets_", "projects_")) and project in self.world["others"]
        if project != self.world["project"] and not elsewhere:
            raise Fail("ERROR: project %s not found or permission denied" % project)
        if name.startswith("container_") and name != "container_clusters_list" and flags.get("location") != self.world["location"]:
            raise Fail("ERROR: a cluster is looked for in %s" % flags.get("location"))
        method(words, flags)

    def one(self, things, name, message=None):
        if name not in things:
            raise Fail(message or " - The resource '%s' was not found" % name, ABSENT)
        return things[name]

    def new(self, things, name, thing):
        if name in things:
            raise Fail("ERROR: The resource '%s' already exists" % name)
        things[name] = thing

    def projects_describe(self, words, flags):
        show([{"projectId": words[0]}], flags)

    def projects_add_iam_policy_binding(self, words, flags):
        member = flags["member"].partition(":")[2]
        if flags.get("condition") != "None":
            raise Fail("ERROR: a condition must be chosen")
        if words[0] != self.world["project"]:
            return self.grant("projects/" + words[0], flags)
        if member in self.state["young"]:
            self.state["young"].remove(member)
            raise Fail("ERROR: INVALID_ARGUMENT: Service account %s does not exist." % member)
        self.one(self.state["accounts"], member)
        binding = [member, flags["role"]]
        if binding not in self.state["bindings"]:
            self.state["bindings"].append(binding)
        show([{"etag": "e"}], flags)

    def projects_remove_iam_policy_binding(self, words, flags):
        if words[0] != self.world["project"]:
            return self.revoke("projects/" + words[0], flags)
        binding = [flags["member"].partition(":")[2], flags["role"]]
        if binding not in self.state["bindings"]:
            raise Fail("ERROR: Policy binding with the specified principal, role, and condition not found!")
        self.state["bindings"].remove(binding)

    def projects_get_iam_policy(self, words, flags):
        self.granted("projects/" + words[0], flags)

    def services_list(self, words, flags):
        show([{"config": {"name": name}} for name in self.state["apis"]], flags)

    def services_enable(self, words, flags):
        self.state["apis"] = sorted(set(self.state["apis"]) | set(words))
        self.state["fresh"] = ["compute", "container", "iam"]

    def heard(self, api):
        """Not every part of Google Cloud knows at once that an API is on."""
        if api in self.state["fresh"]:
            self.state["fresh"].remove(api)
            raise Fail("ERROR: %s has not been used in project p before or it is disabled." % api)

    def compute_networks_list(self, words, flags):
        self.heard("compute")
        listed(self.state["networks"], flags)

    def compute_networks_describe(self, words, flags):
        show([self.one(self.state["networks"], words[0])], flags)

    def compute_networks_create(self, words, flags):
        network = {"name": words[0], "description": flags.get("description", "")}
        self.new(self.state["networks"], words[0], network)

    def compute_networks_delete(self, words, flags):
        self.one(self.state["networks"], words[0])
        for kind in ["subnets", "routers", "firewalls", "groups", "instances"]:
            for name, thing in self.state[kind].items():
                if thing["network"].endswith("/" + words[0]) or thing["network"] == words[0]:
                    raise Fail("ERROR: The network resource '%s' is already being used by '%s'" % (words[0], name))
        del self.state["networks"][words[0]]

    def compute_networks_subnets_describe(self, words, flags):
        show([self.one(self.state["subnets"], words[0])], flags)

    def compute_networks_subnets_create(self, words, flags):
        self.one(self.state["networks"], flags["network"])
        subnet = {"name": words[0], "network": flags["network"], "ipCidrRange": flags["range"]}
        subnet.update({key: flags[key] for key in ("purpose", "role") if key in flags})
        self.new(self.state["subnets"], words[0], subnet)

    def compute_networks_subnets_list(self, words, flags):
        here = {name: thing for name, thing in self.state["subnets"].items()
                if thing["network"] == flags["network"]}
        listed(here, flags)

    def compute_networks_subnets_delete(self, words, flags):
        self.one(self.state["subnets"], words[0])
        network = "/" + self.state["subnets"][words[0]]["network"]
        addresses = [one for one in self.state["addresses"].values() if one["network"].endswith(network)]
        if self.state["clusters"] or addresses:
            raise Fail("ERROR: The subnetwork resource is already being used by a cluster or an address")
        if not self.state["subnets"][words[0]].get("asked"):
            self.state["subnets"][words[0]]["asked"] = True
            raise Fail("ERROR: The subnetwork resource is already being used by a dying node")
        del self.state["subnets"][words[0]]

    def compute_routers_describe(self, words, flags):
        show([self.one(self.state["routers"], words[0])], flags)

    def compute_routers_create(self, words, flags):
        self.one(self.state["networks"], flags["network"])
        self.new(self.state["routers"], words[0], {"network": flags["network"], "nats": []})

    def compute_routers_delete(self, words, flags):
        self.one(self.state["routers"], words[0])
        del self.state["routers"][words[0]]

    def nats(self, flags):
        return self.one(self.state["routers"], flags["router"])["nats"]

    def compute_routers_nats_describe(self, words, flags):
        if words[0] not in self.nats(flags):
            raise Fail("ERROR: (gcloud.compute.routers.nats.describe) NAT `%s` not found" % words[0])
        show([{"name": words[0]}], flags)

    def compute_routers_nats_create(self, words, flags):
        self.nats(flags).append(words[0])

    def compute_routers_nats_delete(self, words, flags):
        if words[0] not in self.nats(flags):
            raise Fail("ERROR: NAT `%s` not found" % words[0])
        self.nats(flags).remove(words[0])

    def iam_service_accounts_list(self, words, flags):
        self.heard("iam")
        listed(self.state["accounts"], flags)

    def iam_service_accounts_create(self, words, flags):
        email = "%s@%s.iam.gserviceaccount.com" % (words[0], self.world["project"])
        account = {"email": email, "description": flags.get("description", "")}
        self.new(self.state["accounts"], email, account)
        self.state["young"].append(email)

    def iam_service_accounts_delete(self, words, flags):
        # Google Cloud doesn't tell an account that isn't there from one that it doesn't show.
        refusal = "ERROR: PERMISSION_DENIED: Permission iam.serviceAccounts.delete denied on resource (or it may not exist)."
        self.one(self.state["accounts"], words[0], refusal)
        del self.state["accounts"][words[0]]

    def cluster(self, name):
        message = "ERROR: ResponseError: code=404, message=Not found: projects/p/clusters/%s." % name
        return self.one(self.state["clusters"], name, message)

    def container_clusters_describe(self, words, flags):
        cluster = self.cluster(words[0])
        show([cluster], flags)
        if cluster["status"] == "PROVISIONING":
            cluster["status"] = "RUNNING"

    def container_clusters_list(self, words, flags):
        self.heard("container")
        here = {name: dict(cluster, location=cluster.get("location", self.world["location"]))
                for name, cluster in self.state["clusters"].items()}
        listed(here, flags)

    def make_cluster(self, words, flags, pools):
        for kind, flag in [("networks", "network"), ("subnets", "subnetwork"), ("accounts", "service-account")]:
            self.one(self.state[kind], flags[flag])
        labels = dict(pair.split("=", 1) for pair in flags["labels"].split(","))
        self.state["ids"] += 1
        cluster = dict(json.loads(json.dumps(CLUSTER)), id="id-%d" % self.state["ids"], pools=pools,
                       network=flags["network"], resourceLabels=labels, status="PROVISIONING",
                       flags=sorted(flags), gateway_api=not pools or flags.get("gateway-api") == "standard")
        self.new(self.state["clusters"], words[0], cluster)
        url = "https://compute/networks/" + flags["network"]
        self.state["firewalls"]["gke-%s-0a1b2c3d-all" % words[0]] = {"network": url}
        self.state["groups"]["k8s1-0a1b"] = {"network": url, "zone": self.world["location"] + "-b"}
        self.remember(words[0])

    def container_clusters_create(self, words, flags):
        if "enable-dataplane-v2" not in flags or "enable-ip-alias" not in flags:
            raise Fail("ERROR: not the cluster of the lab")
        self.make_cluster(words, flags, ["default-pool"])

    def container_clusters_create_auto(self, words, flags):
        self.make_cluster(words, flags, [])

    def container_clusters_update(self, words, flags):
        cluster = self.cluster(words[0])
        if "enable-fqdn-network-policy" in flags:
            cluster["networkConfig"] = {"enableFqdnNetworkPolicy": True}

    def container_clusters_delete(self, words, flags):
        cluster = self.cluster(words[0])
        del self.state["clusters"][words[0]]
        # Volumes outlive a cluster, and so do load balancers that nobody deleted before.
        labels = {"goog-k8s-cluster-name": words[0], "goog-k8s-cluster-location": self.world["location"]}
        self.state["disks"]["pvc-1"] = {"labels": labels, "zone": self.world["location"] + "-b"}
        del cluster

    def container_clusters_get_credentials(self, words, flags):
        self.cluster(words[0])
        self.remember(words[0])

    def remember(self, name):
        context = "gke_%s_%s_%s" % (self.world["project"], self.world["location"], name)
        if context not in self.state["contexts"]:
            self.state["contexts"].append(context)

    def container_get_server_config(self, words, flags):
        print("channels:\n- channel: REGULAR")

    def container_node_pools_list(self, words, flags):
        cluster = self.cluster(flags["cluster"])
        young, self.state["new_pools"] = self.state["new_pools"], []
        show([{"name": name, "status": cluster["ill"].get(name, "PROVISIONING" if name in young else "RUNNING")}
              for name in cluster["pools"]], flags)

    def pools(self, flags):
        cluster = self.cluster(flags["cluster"])
        if not cluster["looks"].get("pools"):
            cluster["looks"]["pools"] = 1
            raise Fail("ERROR: ResponseError: code=400, message=Operation operation-1 is currently updating cluster %s. "
                       "Please wait and try again once it is done." % flags["cluster"])
        return cluster["pools"]

    def container_node_pools_create(self, words, flags):
        pools = self.pools(flags)
        if words[0] in pools:
            raise Fail("ERROR: the node pool exists")
        pools.append(words[0])
        self.state["new_pools"].append(words[0])

    def container_node_pools_delete(self, words, flags):
        pools = self.pools(flags)
        if words[0] not in pools:
            raise Fail("ERROR: ResponseError: code=404, message=Not found: nodePools/%s." % words[0])
        pools.remove(words[0])

    def logging_read(self, words, flags):
        found = [entry for entry in self.state["logs"] if matches(words[0], entry)]
        # What has just been written takes a moment to arrive.
        for entry in self.state["logs"]:
            entry["late"] = entry.get("late", 0) - 1
        found = [entry for entry in found if entry["late"] < 0]
        show(found[: int(flags.get("limit", 1000))], flags)

    def logging_metrics_describe(self, words, flags):
        show([self.one(self.state["metrics"], words[0], "ERROR: NOT_FOUND: Metric does not exist.")], flags)

    def logging_metrics_list(self, words, flags):
        listed(self.state["metrics"], flags)

    def logging_metrics_create(self, words, flags):
        with open(flags["config-from-file"]) as file:
            self.new(self.state["metrics"], words[0], dict(json.load(file), name=words[0]))

    def logging_metrics_update(self, words, flags):
        self.one(self.state["metrics"], words[0], "ERROR: NOT_FOUND: Metric does not exist.")
        with open(flags["config-from-file"]) as file:
            self.state["metrics"][words[0]].update(json.load(file))

    def logging_metrics_delete(self, words, flags):
        self.one(self.state["metrics"], words[0], "ERROR: NOT_FOUND: Metric does not exist.")
        del self.state["metrics"][words[0]]

    def logging_sinks_describe(self, words, flags):
        show([self.one(self.state["sinks"], words[0], "ERROR: NOT_FOUND: Sink %s does not exist" % words[0])], flags)

    def logging_sinks_list(self, words, flags):
        listed(self.state["sinks"], flags)

    def logging_sinks_create(self, words, flags):
        sink = {"name": words[0], "destination": words[1], "filter": flags["log-filter"],
                "description": flags["description"]}
        if not words[1].startswith("logging.googleapis.com/projects/%s/" % self.world["project"]):
            sink["writerIdentity"] = "serviceAccount:" + WRITER
            self.state["young"].append(WRITER)
        self.new(self.state["sinks"], words[0], sink)
        show([sink], flags)

    def logging_sinks_update(self, words, flags):
        sink = self.one(self.state["sinks"], words[0])
        sink["filter"] = flags["log-filter"]
        show([sink], flags)

    def logging_sinks_delete(self, words, flags):
        self.one(self.state["sinks"], words[0], "ERROR: NOT_FOUND: Sink %s does not exist" % words[0])
        del self.state["sinks"][words[0]]

    def logging_settings_describe(self, words, flags):
        show([{"loggingServiceAccountId": WRITER}], flags)

    def destination(self, name):
        if name not in self.world["destinations"]:
            raise Fail("ERROR: NOT_FOUND: Resource not found (resource=%s)." % name)
        return name

    def log_bucket(self, words, flags):
        place = (flags["project"], flags["location"], words[0])
        return self.destination("logging.googleapis.com/projects/%s/locations/%s/buckets/%s" % place)

    def logging_buckets_describe(self, words, flags):
        show([{"name": self.log_bucket(words, flags)}], flags)

    def grant(self, place, flags):
        member = flags["member"].partition(":")[2]
        if member in self.state["young"]:
            self.state["young"] = [other for other in self.state["young"] if other != member]
            raise Fail("ERROR: INVALID_ARGUMENT: Service account %s does not exist." % member)
        binding = [place, flags["role"], flags["member"]]
        if binding not in self.state["grants"]:
            self.state["grants"].append(binding)
        show([{"etag": "e"}], flags)

    def revoke(self, place, flags):
        binding = [place, flags["role"], flags["member"]]
        if binding not in self.state["grants"]:
            raise Fail("ERROR: Policy binding with the specified principal, role, and condition not found!")
        self.state["grants"].remove(binding)

    def granted(self, place, flags):
        if flags.get("flatten") != "bindings[].members":
            raise Fail("a policy is read member by member", UNKNOWN)
        own = [grant for grant in self.state["grants"] if grant[0] == place]
        show([{"bindings": {"role": role, "members": member}} for _, role, member in own], flags)

    def made(self, kind, file, flags):
        self.state["ids"] += 1
        name = "projects/%s/%s/%d" % (self.world["project"], kind, self.state["ids"])
        with open(file) as source:
            thing = dict(json.load(source), name=name, flags=sorted(flags))
        self.state[kind][name] = thing
        show([thing], flags)

    def alpha_monitoring_policies_list(self, words, flags):
        listed(self.state["policies"], flags)

    def alpha_monitoring_policies_create(self, words, flags):
        with open(flags["policy-from-file"]) as file:
            condition = json.load(file)["conditions"][0].get("conditionThreshold")
        if condition:
            self.look_at_metric(condition["filter"])
        self.made("policies", flags["policy-from-file"], flags)

    def look_at_metric(self, text):
        """A new metric is known only after some time."""
        kind = re.search(r'metric\.type="([^"]*)"', text).group(1)
        metric = self.state["metrics"].get(kind.rpartition("/user/")[2], {})
        metric["looks"] = metric.get("looks", 0) + 1
        if metric["looks"] <= self.world["metric_looks"]:
            raise Fail('ERROR: (gcloud.alpha.monitoring.policies.create) NOT_FOUND: Cannot find metric(s) that match '
                       'type = "%s". If a metric was created recently, it could take up to 10 minutes to become '
                       'available. Please try again soon.' % kind)

    def alpha_monitoring_policies_delete(self, words, flags):
        self.one(self.state["policies"], words[0])
        del self.state["policies"][words[0]]

    def beta_monitoring_channels_list(self, words, flags):
        listed(self.state["channels"], flags)

    def beta_monitoring_channels_create(self, words, flags):
        self.made("channels", flags["channel-content-from-file"], flags)

    def beta_monitoring_channels_update(self, words, flags):
        channel = self.one(self.state["channels"], words[0])
        with open(flags["channel-content-from-file"]) as file:
            channel.update(json.load(file))
        show([channel], flags)

    def beta_monitoring_channels_delete(self, words, flags):
        self.one(self.state["channels"], words[0])
        del self.state["channels"][words[0]]


# By what a thing refers to others: none of them can be deleted before it.
REFERENCES = [("forwarding", "target", "proxies"), ("forwarding", "backendService", "backends"),
              ("proxies", "urlMap", "maps"), ("maps", "pathMatchers", "backends"),
              ("backends", "healthChecks", "checks"), ("backends", "backends", "groups"),
              ("backends", "backends", "instances"), ("pools", "healthChecks", "old_checks")]


def listing(kind):
    def list_them(self, words, flags):
        listed(self.state[kind], flags)

    def delete_one(self, words, flags):
        thing = self.one(self.state[kind], words[0])
        where = thing.get("region"), thing.get("zone")
        given = flags.get("region"), flags.get("zone")
        if where != given and kind not in ("firewalls", "old_checks", "disks"):
            raise Fail("ERROR: %s is in %s and looked for in %s" % (words[0], where, given), UNKNOWN)
        for users, field, used in REFERENCES:
            for name, user in self.state[users].items():
                if used == kind and re.search("/%s\\b" % words[0], json.dumps(user.get(field))):
                    raise Fail("ERROR: '%s' is already being used by '%s'" % (words[0], name))
        del self.state[kind][words[0]]

    return list_them, delete_one


for KIND, NAME in [("firewalls", "firewall_rules"), ("forwarding", "forwarding_rules"),
                   ("pools", "target_pools"), ("groups", "network_endpoint_groups"),
                   ("disks", "disks"), ("addresses", "addresses"), ("backends", "backend_services"),
                   ("maps", "url_maps"), ("proxies", "target_http_proxies"),
                   ("checks", "health_checks"), ("old_checks", "http_health_checks"),
                   ("instances", "instance_groups")]:
    LIST, DELETE = listing(KIND)
    setattr(Gcloud, "compute_%s_list" % NAME, LIST)
    setattr(Gcloud, "compute_%s_delete" % NAME.replace("instance_groups", "instance_groups_unmanaged"), DELETE)
Gcloud.compute_target_https_proxies_list = lambda self, words, flags: None


def destinations(kind, name):
    def describe(self, words, flags):
        show([{"name": self.destination(name(words, flags))}], flags)

    def add(self, words, flags):
        self.grant(self.destination(name(words, flags)), flags)

    def remove(self, words, flags):
        self.revoke(self.destination(name(words, flags)), flags)

    def get(self, words, flags):
        self.granted(self.destination(name(words, flags)), flags)

    verbs = {"describe": describe, "add_iam_policy_binding": add, "remove_iam_policy_binding": remove,
             "get_iam_policy": get}
    for verb, method in verbs.items():
        setattr(Gcloud, "%s_%s" % (kind, verb), method)


destinations("pubsub_topics", lambda words, flags: "pubsub.googleapis.com/projects/%s/topics/%s" % (flags["project"], words[0]))
destinations("storage_buckets", lambda words, flags: "storage.googleapis.com/" + words[0][len("gs://"):])


# --- kubectl ------------------------------------------------------------------------------------

def not_found(kind, name):
    return Fail('Error from server (NotFound): %s "%s" not found' % (kind, name))


class Kubectl:
    def __init__(self, state, world):
        self.state, self.world = state, world

    def run(self, args):
        words, flags = words_and_flags(args)
        if words[0] == "version":
            print("clientVersion:\n  gitVersion: v1.33.1")
            return
        if words[0] == "config":
            return self.config(words[1:], flags)
        self.cluster = self.reached(flags.get("context"))
        method = getattr(self, words[0], None)
        if not method:
            raise Fail("unknown command: kubectl %s" % " ".join(words), UNKNOWN)
        method(words[1:], flags)

    def config(self, words, flags):
        if words[0].startswith("get-"):
            for context in self.state["contexts"]:
                if words[0][4:] not in self.state.get("forgotten", []):
                    print(context)
        elif words[0].startswith("delete-"):
            self.state.setdefault("forgotten", []).append(words[0][7:] + "s")
            if len(set(self.state["forgotten"])) == 3:
                self.state["contexts"].remove(words[1])
                del self.state["forgotten"]
        else:
            raise Fail("unknown command: kubectl config %s" % words[0], UNKNOWN)

    def reached(self, context):
        if context not in self.state["contexts"]:
            raise Fail("error: context \"%s\" does not exist" % context)
        self.context = context
        name = context.split("_")[3]
        if name not in self.state["clusters"]:
            raise Fail("Unable to connect to the server: dial tcp: i/o timeout")
        return self.state["clusters"][name]

    def file(self, flags, key):
        name = flags[key]
        root = self.world["root"] + "/"
        if not name.startswith(root):
            raise Fail("%s is outside of the lab" % name, UNKNOWN)
        return name[len(root):]

    def wait(self, words, flags):
        looks = self.cluster["looks"]
        if not looks.get(words[0]):
            looks[words[0]] = 1
            raise not_found("customresourcedefinitions", words[0])

    def rollout(self, words, flags):
        if not self.cluster["app"]:
            raise not_found("deployments.apps", words[1])

    def apply(self, words, flags):
        if "filename" in flags:
            return self.probe(self.file(flags, "filename"))
        folder = self.file(flags, "kustomize")
        if folder == "kubernetes/app":
            for kind in self.world["kinds"]:
                if self.cluster["looks"].get(kind, 0) < 2:
                    raise Fail('error: resource mapping not found: no matches for kind of "%s"' % kind)
            self.cluster["app"] = True
            for name in self.world["load_balancers"]:
                self.balance(name)
            for kind in ("ingresses", "gateways"):
                for name in self.world[kind]:
                    self.lead_in(kind, name)
            return
        if not flags.get("server-side") or not flags.get("force-conflicts"):
            raise Fail("a stage is applied server-side")
        stage = self.world["stages"][folder]
        self.cluster["stage"] = stage["name"]
        self.cluster["logging"] = stage["name"]
        for name in stage["policies"]:
            self.cluster["netpol"][name] = stage["name"]

    def balance(self, name):
        if name in self.cluster["services"]:
            return
        self.state["ids"] += 1
        balancer = "a%031d" % self.state["ids"]
        self.cluster["services"][name] = balancer
        url = "https://compute/networks/" + self.cluster["network"]
        self.state["firewalls"]["k8s-fw-" + balancer] = {"network": url}
        region = self.world["region"]
        self.state["forwarding"][balancer] = {"region": region}
        check = "k8s-0a1b%s-node" % balancer[-4:]
        self.state["old_checks"][check] = {}
        self.state["firewalls"][check + "-http-hc"] = {"network": url}
        self.state["pools"][balancer] = {"region": region, "healthChecks": ["https://compute/" + check]}

    def lead_in(self, of, name):
        """What an Ingress (global) and a Gateway (regional) stand on in Google Cloud."""
        if name in self.cluster[of]:
            return
        self.state["ids"] += 1
        number = "%04d" % self.state["ids"]
        parts, url = {}, "https://compute/networks/" + self.cluster["network"]
        for prefix, where in [("k8s1", {}), ("gkegw1", {"region": self.world["region"]})]:
            group = "k8s1-%s-%s" % (number, prefix)
            backend = group if prefix == "k8s1" else "gkegw1-%s-b" % number
            zone = self.world["location"] + "-b"
            self.state["groups"][group] = {"network": url, "zone": zone}
            self.cluster["groups"].append(group)
            top = "%s-%s-" % (prefix, number)
            made = {
                "checks": (backend, {}),
                "backends": (backend, {"backends": [{"group": "https://compute/%s/%s" % (zone, group)}],
                                       "healthChecks": ["https://compute/" + backend]}),
                "maps": (top + "um", {"defaultService": "https://compute/backendServices/other",
                                      "pathMatchers": [{"service": "https://compute/backendServices/" + backend}]}),
                "proxies": (top + "tp", {"urlMap": "https://compute/%sum" % top}),
                "forwarding": (top + "fr", {"target": "https://compute/%stp" % top}),
            }
            for kind, (key, thing) in made.items():
                self.state[kind][key] = dict(thing, **where)
                parts["%s %s" % (kind, key)] = True
        firewall = "gkegw1-%s-l7-%s-global" % (number, self.cluster["network"])
        self.state["firewalls"][firewall] = {"network": url}
        parts["firewalls " + firewall] = True
        self.state["addresses"]["gateway-" + number] = {"network": url, "region": self.world["region"]}
        parts["addresses gateway-" + number] = True
        self.cluster[of][name] = sorted(parts)

    def probe(self, file):
        probe = self.world["probes"][file]
        key = "%s/%s" % (probe["namespace"], probe["pod"])
        if key in self.cluster["pods"]:
            raise Fail("pods may not be applied twice: %s" % key)
        stages = self.world["stages"].values()
        wanted = [s["policies"] for s in stages if s["name"] == self.cluster["stage"]]
        if sorted(self.cluster["netpol"]) != sorted(wanted[0]):
            raise Fail("policies of another stage are in force: %s" % sorted(self.cluster["netpol"]))
        self.state["clock"] += 10
        clock = self.state["clock"]
        stamp = "2026-01-01T%02d:%02d:%02dZ"
        outcome = self.world["outcomes"]["%s %s" % (self.cluster["stage"], probe["name"])]
        self.cluster["pods"][key] = dict(outcome, looks=0, started=stamp % split(clock))
        if outcome["logged"]:
            self.log(probe, outcome, stamp % split(clock + 2))

    def log(self, probe, outcome, stamp):
        context = self.context.split("_")
        self.state["logs"].append({
            "resource": {"type": "k8s_node", "labels": {"location": context[2], "cluster_name": context[3]}},
            "logName": "projects/%s/logs/policy-action" % context[1],
            "timestamp": stamp,
            "late": outcome.get("late", 1),
            "jsonPayload": {
                "disposition": "allow" if outcome["phase"] == "Succeeded" else "deny",
                "connection": {"direction": "ingress", "dest_port": probe["port"], "protocol": "tcp"},
                "src": {"pod_name": probe["pod"], "pod_namespace": probe["namespace"]},
                "dest": {"pod_name": probe["target_pod"],
                         "pod_namespace": probe["target_namespace"]},
            },
        })

    def get(self, words, flags):
        output = flags.get("output", "")
        if words[0] in ("nodes", "pods"):
            return print("NAME")
        if words[0].startswith("gateways.") and not self.cluster["gateway_api"]:
            raise Fail('error: the server doesn\'t have a resource type "gateways"')
        if words[0].startswith("servicenetworkendpointgroups."):
            if self.cluster["ingresses"] or self.cluster["gateways"]:
                return print("servicenetworkendpointgroup/" + self.cluster["groups"][0])
            for group in self.cluster["groups"]:
                print("servicenetworkendpointgroup/" + group)
                self.state["groups"].pop(group, None)
            self.cluster["groups"] = []
            return
        kind = words[0].partition(".")[0]
        if kind in ("services", "ingresses", "gateways"):
            names = self.cluster[kind] if flags.get("all-namespaces") else {}
            for name in names:
                print(name.replace("/", " "))
            return
        if words[0] == "namespace":
            if words[1] not in self.cluster["namespaces"]:
                raise not_found("namespaces", words[1])
            return print("namespace/" + words[1])
        if words[0] == "customresourcedefinition":
            looks = self.cluster["looks"]
            looks[words[1]] = looks.get(words[1], 0) + self.cluster["gateway_api"]
            if looks[words[1]] < 2:
                raise not_found("customresourcedefinitions.apiextensions.k8s.io", words[1])
            return print("customresourcedefinition.apiextensions.k8s.io/" + words[1])
        if words[0] == "pod":
            return self.pod(flags["namespace"] + "/" + words[1])
        if not self.cluster["app"]:
            raise not_found(words[0], words[1])
        if "loadBalancer" in output or "status.addresses" in output:
            looks = self.cluster["looks"]
            looks[words[1]] = looks.get(words[1], 0) + 1
            if looks[words[1]] > 1:
                print("203.0.113.7")
            return
        print('{"app":"x"}')

    def pod(self, key):
        if key not in self.cluster["pods"]:
            raise not_found("pods", key)
        pod = self.cluster["pods"][key]
        pod["looks"] += 1
        if pod["looks"] == 1:
            return print("Pending|%s|||ContainerCreating||" % pod["started"])
        why = "Completed" if pod["phase"] == "Succeeded" else "Error"
        ended = "at once" if pod.get("at_once") else pod["started"] + " and more"
        print("%s|%s|%s|%s||%s|%s" % (pod["phase"], pod["started"], pod["exit"], pod.get("why", why),
                                       "at once" if pod.get("at_once") else pod["started"], ended))

    def logs(self, words, flags):
        print(self.cluster["pods"][flags["namespace"] + "/" + words[0]]["output"])

    def describe(self, words, flags):
        print("Name: %s" % words[1])

    def create(self, words, flags):
        if words[1] in self.cluster["namespaces"]:
            raise Fail("Error from server (AlreadyExists)")
        self.cluster["namespaces"][words[1]] = {}

    def annotate(self, words, flags):
        notes = self.cluster["namespaces"].get(words[1])
        if notes is None:
            raise not_found("namespaces", words[1])
        if words[2].endswith("-"):
            notes.pop(words[2][:-1], None)
        else:
            key, _, value = words[2].partition("=")
            notes[key] = value

    def label(self, words, flags):
        if words[0] != "namespace" or not flags.get("overwrite"):
            raise Fail("unknown command: kubectl label %s" % words[0], UNKNOWN)
        if words[1] not in self.cluster["namespaces"]:
            raise not_found("namespaces", words[1])
        key, _, value = words[2].partition("=")
        self.cluster["namespaces"][words[1]]["label " + key] = value

    def delete(self, words, flags):
        if "kustomize" in flags:
            self.cluster["app"] = False
            return
        kind, name = words
        if kind == "namespace":
            self.cluster["namespaces"].pop(name, None)
        elif kind == "pod":
            self.cluster["pods"].pop("%s/%s" % (flags["namespace"], name), None)
        elif kind in ("networkpolicy", "fqdnnetworkpolicy"):
            self.cluster["netpol"].pop("%s/%s/%s" % (kind, flags["namespace"], name), None)
        elif kind == "services":
            balancer = self.cluster["services"].pop("%s/%s" % (flags["namespace"], name), None)
            self.state["firewalls"].pop("k8s-fw-%s" % balancer, None)
            self.state["forwarding"].pop(balancer, None)
            pool = self.state["pools"].pop(balancer, {"healthChecks": []})
            for check in pool["healthChecks"]:
                check = check.rpartition("/")[2]
                self.state["old_checks"].pop(check)
                self.state["firewalls"].pop(check + "-http-hc")
        elif kind.startswith(("ingresses.", "gateways.")):
            standing = self.cluster[kind.partition(".")[0]]
            for part in standing.pop("%s/%s" % (flags["namespace"], name), []):
                kind, _, part = part.partition(" ")
                self.state[kind].pop(part)
        else:
            raise Fail("%s is never deleted by the lab" % kind, UNKNOWN)


def split(seconds):
    return seconds // 3600 % 24, seconds // 60 % 60, seconds % 60


# --- A call -------------------------------------------------------------------------------------

def number_of_call(arguments):
    with open(path("calls.jsonl"), "a") as file:
        file.write(json.dumps(arguments) + "\n")
    with open(path("calls.jsonl")) as file:
        return sum(1 for _ in file)


def main():
    tool, args = sys.argv[1], sys.argv[2:]
    fails = number_of_call([tool] + args) == int(os.environ.get("SIMULATOR_FAIL_AT", 0))
    after = os.environ.get("SIMULATOR_FAIL_MODE") == "after"
    if fails and not after:
        raise Fail("ERROR: network is unreachable")
    state = {**EMPTY, **load("state.json", {})}
    world = load("world.json", {})
    try:
        (Gcloud if tool == "gcloud" else Kubectl)(state, world).run(args)
    except Fail:
        if not fails:
            raise
    finally:
        save(state)
    if fails:
        raise Fail("ERROR: the connection was lost")


def save(state):
    with open(path("state.new"), "w") as file:
        json.dump(state, file, indent=1, sort_keys=True)
    os.replace(path("state.new"), path("state.json"))


def call():
    try:
        main()
    except Fail as failure:
        print(failure, file=sys.stderr)
        sys.exit(failure.status)
