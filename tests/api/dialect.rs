//! Texts that differ between the databases and answer alike.

use sea_orm::{ConnectionTrait, FromQueryResult};
use vacantia::storage::dialect::{self, Children};

#[derive(FromQueryResult)]
struct Child {
    id: String,
    parent: String,
}

both! {
    async fn newest_per_parent_is_the_same_everywhere(app: TestApp) {
        let beside = app.database.beside().await;
        let table = "CREATE TABLE child (id TEXT PRIMARY KEY, parent TEXT NOT NULL, at INTEGER NOT NULL, state TEXT NOT NULL)";
        beside.execute_unprepared(table).await.unwrap();
        for (parent, children) in [("p1", 5), ("p2", 1), ("p3", 4), ("p4", 0)] {
            for at in 0..children {
                let state = if at % 2 == 0 { "even" } else { "odd" };
                let sql = format!("INSERT INTO child VALUES ('{parent}c{at}', '{parent}', {at}, '{state}')");
                beside.execute_unprepared(&sql).await.unwrap();
            }
        }
        let newest = |wanted: &'static str| {
            let store = &app.store;
            async move {
                let children = Children {
                    columns: "c.id, c.parent",
                    table: "child",
                    parents: 1,
                    wanted: &format!("c.parent = p.value AND {wanted}"),
                    order: "ORDER BY c.at DESC, c.id DESC LIMIT $2",
                };
                let mut values = vec![dialect::json_list(["p1", "p2", "p4", "unknown"]), 2_i64.into()];
                values.extend(wanted.contains("$3").then(|| "even".into()));
                let sql = store.kind().newest_per_parent(&children);
                let mut rows = dialect::query_all::<Child>(store, &sql, values).await.unwrap();
                rows.sort_by(|a, b| (&a.parent, &b.id).cmp(&(&b.parent, &a.id)));
                rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
            }
        };
        let before = app.store.reading();
        assert_eq!(newest("true").await, ["p1c4", "p1c3", "p2c0"]);
        let after = app.store.reading();
        assert_eq!((after.statements - before.statements, after.rows - before.rows), (1, 3));
        assert_eq!(newest("c.state = $3").await, ["p1c4", "p1c2", "p2c0"]);
    }

    async fn parents_of_several_values_are_told_apart(app: TestApp) {
        let beside = app.database.beside().await;
        let table = "CREATE TABLE child (id TEXT PRIMARY KEY, parent TEXT NOT NULL, at INTEGER NOT NULL)";
        beside.execute_unprepared(table).await.unwrap();
        for (id, parent, at) in [("a1", "a", 1), ("a2", "a", 2), ("b1", "b", 1), ("b1x", "b", 1), ("b2", "b", 2)] {
            let sql = format!("INSERT INTO child VALUES ('{id}', '{parent}', {at})");
            beside.execute_unprepared(&sql).await.unwrap();
        }
        let kind = app.store.kind();
        let wanted =
            format!("c.parent = {} AND c.at = CAST({} AS INTEGER)", kind.part_of_parent(0), kind.part_of_parent(1));
        let children = Children {
            columns: "c.id, c.parent",
            table: "child",
            parents: 1,
            wanted: &wanted,
            order: "ORDER BY c.id LIMIT $2",
        };
        let parents = serde_json::json!([["a", 2], ["b", 1], ["c", 1]]).to_string();
        let sql = kind.newest_per_parent(&children);
        let rows = dialect::query_all::<Child>(&app.store, &sql, [parents.into(), 1_i64.into()]).await.unwrap();
        let mut ids: Vec<_> = rows.into_iter().map(|row| row.id).collect();
        ids.sort();
        assert_eq!(ids, ["a2", "b1"]);
    }
}
