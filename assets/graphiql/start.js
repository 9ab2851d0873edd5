// Starts the explorer with our example queries in its tabs, unless the visitor has tabs of their own.
(function () {
  "use strict";
  var examples = JSON.parse(document.getElementById("examples").textContent);
  var fetcher = GraphiQL.createFetcher({ url: "/graphql", enableIncrementalDelivery: false });
  ReactDOM.createRoot(document.getElementById("explorer")).render(
    React.createElement(GraphiQL, {
      fetcher: fetcher,
      defaultTabs: examples,
      defaultEditorToolsVisibility: true,
      shouldPersistHeaders: true,
      isHeadersEditorEnabled: true,
    })
  );
})();
