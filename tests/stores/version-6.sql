BEGIN TRANSACTION;
CREATE TABLE alerts (
            alertname TEXT NOT NULL, subject TEXT NOT NULL,
            state TEXT NOT NULL, record TEXT NOT NULL,
            PRIMARY KEY (alertname, subject)
        ) WITHOUT ROWID
        ;
INSERT INTO "alerts" VALUES('"HedgeDrift"','["pool", [["account", "main"], ["venue", "binanceusdm"], ["pool", "USDT"]]]','firing','{"alertname": "HedgeDrift", "subject": {"scope": "pool", "labels": [["account", "main"], ["venue", "binanceusdm"], ["pool", "USDT"]]}, "state": "firing", "severity": "critical", "episode": "3f2a", "active_since": 1789999997.0, "fired_at": 1790000001.0, "clear_since": null, "reason": "", "labels": {"team": "treasury"}, "annotations": {"summary": "main/USDT: margin ratio 83.0%, liquidated at 100 %"}, "values": {"margin_ratio": 0.83, "shock_down": "-inf", "shock_up": null}, "acknowledged": null, "silenceable": true, "told": null, "past": {"fired": [], "over_at": null, "flaps": false}}');
INSERT INTO "alerts" VALUES('"MarginDanger"','["pool", [["account", "main"], ["venue", "binanceusdm"], ["pool", "USDT"]]]','firing','{"alertname": "MarginDanger", "subject": {"scope": "pool", "labels": [["account", "main"], ["venue", "binanceusdm"], ["pool", "USDT"]]}, "state": "firing", "severity": "critical", "episode": "3f2a", "active_since": 1789999997.0, "fired_at": 1790000000.0, "clear_since": null, "reason": "", "labels": {"team": "treasury"}, "annotations": {"summary": "main/USDT: margin ratio 83.0%, liquidated at 100 %"}, "values": {"margin_ratio": 0.83, "shock_down": "-inf", "shock_up": null}, "acknowledged": null, "silenceable": true, "told": null, "past": {"fired": [], "over_at": null, "flaps": false}}');
CREATE TABLE audit (id INTEGER PRIMARY KEY, at REAL NOT NULL, entry TEXT NOT NULL);
INSERT INTO "audit" VALUES(1,1790000000.0,'{"command": "silence", "by": "ops"}');
CREATE TABLE facts (subject TEXT PRIMARY KEY, facts TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "facts" VALUES('position main binanceusdm AIX/USDT:USDT net','{"contract size": "1"}');
CREATE TABLE minutes (begins REAL PRIMARY KEY, minute BLOB NOT NULL);
INSERT INTO "minutes" VALUES(1790000000.0,X'78DA5D90410F82300C85FF4BCF802326EA76E6EA493C1963EA6808013732C6C110FEBBDDD004E9EDBDBEE67DE9044FAA1B3380CA8F522C938904C8542BEF103D3D3A4746BF41C1F55240020E3D716A0AB2E47426E6047A6BBB68BEB031BB65336D6E4B3EB63DC5DA5F63D40FF45B12DDD921B4482957FA2FB8E0F5E8FCB7D8B5A0D25C441E866C2C28919DF6334BD4DA8E26046F9110EE1C193B8AC6191D3FA34053930B0B7E8C47A389A92B1ADA3487F903D28E597E');
CREATE TABLE nonces (nonce TEXT PRIMARY KEY, until REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE outbox (
            id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, receiver TEXT NOT NULL,
            payload TEXT NOT NULL, attempts INTEGER NOT NULL, next_at REAL NOT NULL,
            created_at REAL NOT NULL, expires_at REAL NOT NULL,
            state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sent', 'dead')),
            reason TEXT NOT NULL DEFAULT ''
        );
INSERT INTO "outbox" VALUES(1,'MarginDanger|pool:main/binanceusdm/USDT|3f2a|firing@1790000000.000|phone','phone','{"key": "MarginDanger|pool:main/binanceusdm/USDT|3f2a|firing@1790000000.000|phone", "transition": {"at": 1790000000.0, "alertname": "MarginDanger", "subject": {"scope": "pool", "labels": [["account", "main"], ["venue", "binanceusdm"], ["pool", "USDT"]]}, "state": "firing", "severity": "critical", "episode": "3f2a", "active_since": 1789999997.0, "reason": "", "labels": {"team": "treasury"}, "annotations": {"summary": "main/USDT: margin ratio 83.0%, liquidated at 100 %"}, "values": {"margin_ratio": 0.83, "shock_down": "-inf", "shock_up": null}, "change": "state", "acknowledged": null, "silenceable": true, "severity_before": null}, "reminder": false, "note": "", "digest": [], "collected": 0.0}',1,1790000005.0,1790000000.0,1790086400.0,'pending','');
INSERT INTO "outbox" VALUES(2,'MarginDanger|pool:main/binanceusdm/USDT|3f2a|firing@1790000000.000|hook','hook','{"key": "MarginDanger|pool:main/binanceusdm/USDT|3f2a|firing@1790000000.000|hook", "transition": {"at": 1790000000.0, "alertname": "MarginDanger", "subject": {"scope": "pool", "labels": [["account", "main"], ["venue", "binanceusdm"], ["pool", "USDT"]]}, "state": "firing", "severity": "critical", "episode": "3f2a", "active_since": 1789999997.0, "reason": "", "labels": {"team": "treasury"}, "annotations": {"summary": "main/USDT: margin ratio 83.0%, liquidated at 100 %"}, "values": {"margin_ratio": 0.83, "shock_down": "-inf", "shock_up": null}, "change": "state", "acknowledged": null, "silenceable": true, "severity_before": null}, "reminder": false, "note": "", "digest": [], "collected": 0.0}',0,1790000000.0,1790000000.0,1790086400.0,'sent','');
INSERT INTO "outbox" VALUES(3,'HedgeDrift|pool:main/binanceusdm/USDT|3f2a|firing@1790000001.000|phone','phone','{"key": "HedgeDrift|pool:main/binanceusdm/USDT|3f2a|firing@1790000001.000|phone", "transition": {"at": 1790000001.0, "alertname": "HedgeDrift", "subject": {"scope": "pool", "labels": [["account", "main"], ["venue", "binanceusdm"], ["pool", "USDT"]]}, "state": "firing", "severity": "critical", "episode": "3f2a", "active_since": 1789999997.0, "reason": "", "labels": {"team": "treasury"}, "annotations": {"summary": "main/USDT: margin ratio 83.0%, liquidated at 100 %"}, "values": {"margin_ratio": 0.83, "shock_down": "-inf", "shock_up": null}, "change": "state", "acknowledged": null, "silenceable": true, "severity_before": null}, "reminder": false, "note": "", "digest": [], "collected": 0.0}',0,1790000001.0,1790000001.0,1790086401.0,'pending','');
CREATE TABLE pauses (address TEXT PRIMARY KEY, until REAL NOT NULL) WITHOUT ROWID;
INSERT INTO "pauses" VALUES('https://fapi.binance.com',1790000600.0);
CREATE TABLE reports (
            kind TEXT NOT NULL, begins REAL NOT NULL, made_at REAL NOT NULL,
            PRIMARY KEY (kind, begins)
        ) WITHOUT ROWID
        ;
INSERT INTO "reports" VALUES('daily',1789913600.0,1790000000.0);
CREATE TABLE silences (id TEXT PRIMARY KEY, silence TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "silences" VALUES('a1b2','{"id": "a1b2", "matchers": ["alertname=\"HedgeDrift\""], "by": "ops", "comment": "", "starts_at": 1790000000.0, "ends_at": 1790003600.0, "up_to": "warning"}');
CREATE TABLE starts (
            id INTEGER PRIMARY KEY, at REAL NOT NULL,
            after_crash INTEGER NOT NULL, ended_well INTEGER NOT NULL DEFAULT 0
        );
INSERT INTO "starts" VALUES(1,1790000000.0,0,0);
CREATE TABLE transitions (id INTEGER PRIMARY KEY, at REAL NOT NULL, told TEXT NOT NULL);
INSERT INTO "transitions" VALUES(1,1790000000.0,'{"at": 1790000000.0, "alertname": "MarginDanger", "subject": "main/USDT", "state": "firing", "change": "state", "severity": "critical", "episode": "3f2a", "reason": "", "alarming": false, "summary": "main/USDT: margin ratio 83.0%, liquidated at 100 %", "seen_by": ""}');
CREATE TABLE unreadable (
            alertname TEXT NOT NULL, subject TEXT NOT NULL, record TEXT NOT NULL
        );
CREATE INDEX outbox_by_state ON outbox (state, created_at);
CREATE INDEX audit_by_time ON audit (at);
CREATE INDEX transitions_by_time ON transitions (at);
COMMIT;
PRAGMA user_version = 6;
