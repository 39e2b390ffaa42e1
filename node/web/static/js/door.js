// A door display. For old browsers: nothing newer than 2015 is used here. The board is fetched again
// and again and put in place; while the node is away it stays, says how old it is, and goes on by
// the clock: the node has told the whole rest of the day. No touch leads to a page that is not there.
(function () {
  "use strict";
  var main = document.querySelector("[data-door-path]");
  if (!main) return;
  var path = main.getAttribute("data-door-path");
  var away = main.querySelector("[data-door-away]");
  var HEALTH = "/health"; // asked before a step is left: the board would forget who stands there
  var ASK_MS = 8000;
  var IDLE_MS = 60000;
  var BURST_MS = 60;
  var SHORTEST = 6;
  var LONG = 20;
  var SILENCE_MS = 250;
  var ahead = 0;
  var isAway = false;

  function board() {
    return main.querySelector("[data-door]");
  }

  function number(one, name) {
    return Number(one.getAttribute("data-" + name));
  }

  function ask(where, answered, failed) {
    var asking = new XMLHttpRequest();
    var settled = false;
    function fail() {
      if (!settled) failed();
      settled = true;
    }
    asking.open("GET", where);
    asking.timeout = ASK_MS;
    asking.setRequestHeader("Accept", "text/html");
    asking.onload = function () {
      if (asking.status >= 500) return fail();
      settled = true;
      answered(asking.responseText);
    };
    asking.onerror = asking.ontimeout = asking.onabort = fail;
    asking.send();
  }

  // The time ------------------------------------------------------------------------------------
  function takeTime() {
    ahead = number(board(), "now") * 1000 - Date.now();
  }

  function two(figure) {
    return (figure < 10 ? "0" : "") + figure;
  }

  function tick() {
    var shown = board();
    if (!shown) return;
    var now = Date.now() + ahead;
    var local = new Date(now + number(shown, "utc-offset") * 1000);
    var clock = shown.querySelector("[data-door-clock]");
    clock.textContent = two(local.getUTCHours()) + ":" + two(local.getUTCMinutes());
    var scenes = shown.querySelectorAll("[data-scene]");
    for (var place = 0; place < scenes.length; place += 1) {
      var isPast = number(scenes[place], "ends") * 1000 <= now && place < scenes.length - 1;
      var isLater = number(scenes[place], "starts") * 1000 > now && place > 0;
      scenes[place].hidden = isPast || isLater;
    }
  }

  // Fetching ------------------------------------------------------------------------------------
  function say(isGone) {
    isAway = isGone;
    var shown = board();
    var word = main.getAttribute(shown ? "data-word-away" : "data-word-cut");
    var said = isGone ? word.replace("{time}", shown ? shown.getAttribute("data-as-of") : "") : "";
    if (away.textContent !== said) away.textContent = said;
    away.hidden = !isGone;
    var acts = main.querySelectorAll("[data-door-acts]");
    for (var place = 0; place < acts.length; place += 1) acts[place].hidden = isGone;
  }

  function take(text) {
    var page = document.implementation.createHTMLDocument("");
    page.documentElement.innerHTML = text;
    var fresh = page.querySelector("[data-door]");
    var script = page.querySelector("script[src*='door']");
    var own = document.querySelector("script[src*='door']");
    // Another release, or no display any more: then the whole page is another.
    if (!fresh || !script || script.getAttribute("src") !== own.getAttribute("src")) {
      location.replace(path);
      return;
    }
    var links = board().querySelectorAll("a");
    var held = Array.prototype.indexOf.call(links, document.activeElement);
    main.replaceChild(document.importNode(fresh, true), board());
    var again = board().querySelectorAll("a")[held];
    if (again) again.focus();
    document.documentElement.setAttribute("data-theme", fresh.getAttribute("data-theme"));
    document.documentElement.removeAttribute("data-away");
    takeTime();
    tick();
    say(false);
  }

  function fetchAgain() {
    ask(path, function (text) {
      take(text);
      setTimeout(fetchAgain, number(board(), "every") * 1000);
    }, function () {
      say(true);
      setTimeout(fetchAgain, number(board(), "every") * 1000);
    });
  }

  // Touching ------------------------------------------------------------------------------------
  function goOn(go) {
    ask(HEALTH, go, function () {
      say(true);
    });
  }

  document.addEventListener("click", function (happening) {
    var link = happening.target;
    while (link && link.nodeName !== "A") link = link.parentNode;
    if (!link || !link.href) return;
    happening.preventDefault();
    goOn(function () {
      location.href = link.href;
    });
  });

  function send(form) {
    if (form.getAttribute("data-sent")) return;
    form.setAttribute("data-sent", "1");
    ask(HEALTH, function () {
      HTMLFormElement.prototype.submit.call(form);
    }, function () {
      form.removeAttribute("data-sent");
      say(true);
    });
  }

  document.addEventListener("submit", function (happening) {
    happening.preventDefault();
    send(happening.target);
  }, true);

  // A scanner that types: quicker than any hand, and Enter.
  var burst = "";
  var last = 0;
  var ending = 0;

  function takeCode(form, code) {
    burst = "";
    form.elements.code.value = code;
    send(form);
  }

  document.addEventListener("keydown", function (happening) {
    var form = document.querySelector("[data-door-wedge]");
    var isQuick = happening.timeStamp - last < BURST_MS;
    last = happening.timeStamp;
    clearTimeout(ending);
    if (!form || happening.ctrlKey || happening.metaKey || happening.altKey) return;
    if (happening.key === "Enter" || happening.key === "Tab" || happening.keyCode === 13) {
      var code = isQuick && burst.length >= SHORTEST ? burst : "";
      burst = "";
      if (!code) return;
      happening.preventDefault();
      takeCode(form, code);
    } else if (happening.key && happening.key.length === 1) {
      burst = isQuick ? burst + happening.key : happening.key;
      // Some scanners end with nothing; no hand types that many signs at this pace.
      if (burst.length >= LONG) ending = setTimeout(function () { takeCode(form, burst); }, SILENCE_MS);
    }
  }, true);

  // Who turned away -----------------------------------------------------------------------------
  // The page of a step, with whatever somebody typed there, is gone a minute after the last touch:
  // first from the glass, then by the board, which forgets them at the node as well.
  function leave() {
    ask(HEALTH, function () {
      location.replace(path);
    }, function () {
      say(true);
      setTimeout(leave, 5000);
    });
  }

  function wait() {
    var touched = Date.now();
    ["touchstart", "mousedown", "keydown"].forEach(function (kind) {
      document.addEventListener(kind, function () {
        touched = Date.now();
      }, true);
    });
    var timer = setInterval(function () {
      if (Date.now() - touched < IDLE_MS) return;
      clearInterval(timer);
      var step = main.querySelector("[data-door-step]");
      while (step.firstChild) step.removeChild(step.firstChild);
      leave();
    }, 500);
  }

  // Where browsers allow it (HTTPS, or the box itself) the board is there after a restart, too.
  if (navigator.serviceWorker) {
    navigator.serviceWorker.register(path + "/sw.js", { scope: path }).catch(function () {});
  }

  // A page from the browser's memory would bring the last person back.
  window.addEventListener("pageshow", function (happening) {
    if (happening.persisted) location.replace(path);
  });

  if (board()) {
    takeTime();
    tick();
    setInterval(tick, 1000);
    if (document.documentElement.hasAttribute("data-away")) say(true);
    setTimeout(fetchAgain, number(board(), "every") * 1000);
  } else if (main.querySelector("[data-door-step]")) {
    wait();
  }
})();
